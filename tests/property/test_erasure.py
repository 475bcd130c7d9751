"""Wherever a person is erased among events, duplicates and restarts: nothing of before stands."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.events import Event
from streams.core.instants import Instant, days
from streams.core.vocabulary import Status
from streams.wire.findings import decode_finding
from streams.wire.rows import decode_row
from tests.agents.ordering import command, key, order
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import START, grant, share, withdrawal

BEFORE: list[Event] = [
    grant("s", "g", START),
    share("s", "1", Instant(START + 1)),
    withdrawal("s", "w", Instant(START + 2)),
    share("s", "2", Instant(START + days(2))),
]
AFTER: list[Event] = [
    share("s", "3", Instant(LATER + 1)),
    grant("s", "g2", Instant(LATER + 2)),
    share("s", "4", Instant(LATER + 3)),
    withdrawal("s", "w2", Instant(LATER + 4)),
    share("s", "5", Instant(LATER + 5)),
]


def net(world: World) -> set[tuple[str, str, str | None]]:
    found = map(decode_finding, world.compacted(NAMES.violations).values())
    return {
        (one.violation_id, one.code, one.reason)
        for one in found
        if one.status is not Status.RETRACTED
    }


def expected() -> set[tuple[str, str, str | None]]:
    """What a person has of whom nothing but the erasure and the later events is known."""
    one = World()
    one.take(order(one, command("erase", "s")))
    one.take(*one.story(*AFTER))
    return net(one)


EXPECTED = expected()


@settings(max_examples=100, deadline=None)
@given(
    early=st.lists(st.sampled_from([*BEFORE, *AFTER]), max_size=8),
    late=st.lists(st.sampled_from(BEFORE), max_size=6).flatmap(
        lambda again: st.permutations([*AFTER, *again])
    ),
    restarts=st.sets(st.integers(0, 20), max_size=3),
)
def test_what_stands_is_of_after(early: list[Event], late: list[Event], restarts: set[int]) -> None:
    one = World()
    # Events of after that came before the command went with the rest, and come again.
    for step, event in enumerate([*early, None, *late]):
        record = order(one, command("erase", "s")) if event is None else one.story(event)[0]
        one.take(record)
        if step in restarts:
            one.restart()
    assert net(one) == EXPECTED
    rows = [decode_row(row) for row in one.rows.rows_of(key("s")).values()]
    assert len(rows) == len(AFTER) + 1
    assert all(row.erases or row.fact.event.occurred_at > LATER for row in rows)
    assert all(one.count(topic).balanced for topic in NAMES.judged)


def test_there_is_something_to_find() -> None:
    assert len(EXPECTED) > 1
