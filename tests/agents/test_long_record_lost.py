"""A record that is deleted while it is judged in pieces, where the operator accepts that."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from streams.agents import event_judge, long_work
from tests.agents.test_long_records import SMALL, late, net, shares
from tests.agents.world import World
from tests.core.builders import grant, share


def test_what_follows_from_it_is_judged_and_it_is_not_read_again() -> None:
    """Its fact is stored, so all that follows is published; reading goes on behind it."""
    small: Any = [patch.object(one, "AT_ONCE", 3) for one in (long_work, event_judge)]
    with small[0], small[1]:
        world = World(SMALL)
        world.take(*world.story(grant(-2), *shares()))
        record, before = late(world), len(world.kept.batches)
        with world.kept.holding():
            world.take(record)
        del world.kept.batches[before + 5 :]
        world.restart()
        behind = record.offset + 1
        world.progress.positions[record.topic] = behind  # what accepting a gap commits
        batches = world.take(*world.story(share(2, id="new")))
        whole = World(SMALL)
        whole.take(*whole.story(grant(-2), *shares()))
        whole.take(late(whole))
        whole.take(*whole.story(share(2, id="new")))
    assert net(world) == net(whole)
    read = [batch.positions[record.topic] for batch in batches if record.topic in batch.positions]
    assert read
    assert set(read) == {behind}
