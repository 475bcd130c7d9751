"""Deadlines that pass by ticks, in memory and after a restart."""

from __future__ import annotations

import pytest

from streams.agents.partition_judge import PartitionJudge
from streams.core.deadlines import Deadlines
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days
from streams.core.policy import Policy
from streams.wire.progress import Counters
from streams.wire.rows import next_deadline
from tests.agents.world import LATER, NAMES, POLICY, SETTINGS, Shelf, World
from tests.kafka.stories import START, share, story


def test_time_never_goes_back_and_only_ticks_move_it() -> None:
    world = World()
    world.take(world.record(share("s", "1", START), timestamp=LATER + 5))
    assert world.time() is None
    for at in (LATER, LATER - 10, LATER + 1):
        world.take(world.record(None, NAMES.ticks, value=b"t", timestamp=at))
    assert world.time() == LATER + 1
    assert world.count(NAMES.ticks) == Counters(read=3, judged=3)


def test_deadlines_pass_by_ticks_strictly() -> None:
    world = World()
    world.take(*world.story(*story(0)))
    assert "RECIPIENT_NOT_NOTIFIED" not in world.codes()
    rows = [r for key in world.subjects for r in world.rows.rows_of(key).values()]
    ends = [next_deadline(row) for row in rows]
    due = min(end for end in ends if end is not None)
    world.take(world.record(None, NAMES.ticks, timestamp=due))
    assert "RECIPIENT_NOT_NOTIFIED" not in world.codes()
    world.take(world.record(None, NAMES.ticks, timestamp=due + 1))
    assert "RECIPIENT_NOT_NOTIFIED" in world.codes()


def known_to(judge: PartitionJudge) -> dict[SubjectKey, Instant]:
    deadlines = judge.subjects.deadlines
    assert isinstance(deadlines, Deadlines)
    return dict(deadlines._current)


def test_deadlines_are_found_again_from_the_stored_rows() -> None:
    world = World(shelf=Shelf())
    world.take(*world.story(*story(0)))
    known = known_to(world.judge)
    again = PartitionJudge(world.partition, SETTINGS, POLICY)
    for _ in again.subjects.index():
        pass
    assert known_to(again) == known != {}


def test_a_replay_right_after_a_restart_hides_no_deadline() -> None:
    """It makes a subject live before deadlines are looked for, and stores nothing."""
    world = World()
    records = world.story(*story(0))
    world.take(*records)
    world.restart(indexing=False)
    world.take(records[-1])
    assert world.count(records[-1].topic).replays == 1
    for _ in world.judge.subjects.index():
        pass
    world.tick(LATER + days(10))
    assert "RECIPIENT_NOT_NOTIFIED" in world.codes()


def test_a_policy_that_comes_before_all_are_looked_for_hides_no_deadline() -> None:
    """Who is live by then is passed over when they are looked for."""
    world = World()
    records = world.story(*story(0))
    world.take(*records)
    world.restart(indexing=False)
    world.take(records[-1])
    world.change(Policy(version="renamed"))
    assert not world.judge.sweeper.on
    world.tick(LATER + days(10))
    assert "RECIPIENT_NOT_NOTIFIED" in world.codes()


def test_deadlines_are_looked_for_while_events_of_the_same_person_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.agents.subjects.INDEX_SLICE_S", -1.0)  # a step for each row
    world = World(shelf=Shelf())
    world.take(*world.story(*story(0)))
    world.restart(indexing=False)
    steps = 0
    for _ in world.judge.subjects.index():
        steps += 1
        world.take(*world.story(share(story(0)[0].subject_id, f"more-{steps}", START)))
    assert steps > 1
    world.tick(LATER + days(10))
    assert "RECIPIENT_NOT_NOTIFIED" in world.codes()
