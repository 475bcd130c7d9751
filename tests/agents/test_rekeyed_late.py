"""A re-keyed record that arrives days after the rest of its subject still converges."""

from __future__ import annotations

import pytest

from streams.core.identifiers import subject_key
from streams.core.instants import Instant, days
from streams.wire.arrival import partition_for
from streams.wire.findings import decode_finding
from tests.agents.world import LATER, NAMES, World
from tests.kafka.harness import net_of
from tests.kafka.stories import expected, story
from tests.transport.records import One

EVENTS = story(5)
AWAY_FOR_DAYS = 12
END = Instant(LATER + days(AWAY_FOR_DAYS))


def sent_home(place: int, home: int) -> One:
    """What the owner of the wrong partition makes of the event at this place."""
    away = World(number=1 - home, count=2)
    away.take(*away.story(EVENTS[place]))
    [output] = away.outputs(NAMES.rekeyed)
    assert output.partition == home
    # Re-keying keeps no time of its own: the record is as old as it was.
    return One(NAMES.rekeyed, home, 0, END, output.key, output.value, tuple(output.headers))


@pytest.mark.parametrize("place", range(len(EVENTS)))
def test_whichever_event_was_sent_home_late_the_findings_are_the_same(place: int) -> None:
    event = EVENTS[place]
    home = partition_for(subject_key(event.controller_id, event.subject_id), 2)
    world = World(number=home, count=2)
    world.take(*world.story(*(one for one in EVENTS if one is not event)))
    for day in range(AWAY_FOR_DAYS):
        world.tick(LATER + days(day))
    without = net_of(decode_finding(o.value or b"") for o in world.outputs(NAMES.violations))
    world.take(sent_home(place, home))
    world.tick(END)
    world.tick(END + 1)
    found = net_of(decode_finding(o.value or b"") for o in world.outputs(NAMES.violations))
    assert found == expected(EVENTS, END)
    assert found != without or event.event_id.endswith("fine")
    assert world.count(NAMES.rekeyed).judged == 1
