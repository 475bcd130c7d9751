"""A tick that brings more than a transaction may hold is published in pieces, each a whole one."""

from __future__ import annotations

import pytest

from streams.agents import half_built, subjects, tick_judge
from streams.core.instants import Instant, hours
from streams.core.policy import fixed_policy
from streams.core.vocabulary import Finality
from streams.transport.commit.output_batch import Bounds
from streams.wire.progress import decode_progress
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share, withdrawal

TERM = hours(10)
POLICY = fixed_policy(final_after=TERM)
SMALL = Bounds(records=6, bytes=1 << 20, seconds=1.0)
"""Three subjects with a row and a finding each."""
COUNT = 20


def waiting(people: int = COUNT) -> World:
    """Findings of so many subjects whose term ends at one tick."""
    world = World(SMALL, policy=POLICY)
    shares = world.story(*(share(f"s{n % people}", f"{n}", START) for n in range(COUNT)))
    world.take(*(one._replace(timestamp=START) for one in shares))
    return world


def test_all_is_published_by_the_tick_in_batches_within_bounds() -> None:
    world = waiting()
    tick = world.record(None, NAMES.ticks, value=b"t", timestamp=START + TERM + 1)
    batches = world.take(tick)
    assert [len(batch.outputs) for batch in batches] == [6] * 6 + [4]
    assert [batch.positions[NAMES.ticks] for batch in batches[:-1]] == [tick.offset] * 6
    assert batches[-1].positions[NAMES.ticks] > tick.offset
    for batch in batches:
        progress = decode_progress(batch.progress)
        assert all(counters.balanced for counters in progress.counters.values())
        assert progress.partition_time == START + TERM + 1
    assert world.count(NAMES.ticks).read == 1
    assert finals(world) == [(2, COUNT)]


def finals(world: World) -> list[tuple[int, int]]:
    """How many findings were published as FINAL, by revision."""
    published = [f.revision for f in world.findings() if f.finality is Finality.FINAL]
    return [(revision, published.count(revision)) for revision in sorted(set(published))]


@pytest.mark.parametrize("people", [COUNT, 1])
@pytest.mark.parametrize("committed", range(8))
def test_a_worker_that_ends_in_between_goes_on_with_the_rest(
    committed: int, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with one person, of all whose rows a store on disk keeps one entry."""
    monkeypatch.setattr(tick_judge, "AT_ONCE", 3)
    world = waiting(people)
    before = len(world.kept.batches)
    tick = world.record(None, NAMES.ticks, value=b"t", timestamp=START + TERM + 1)
    with world.kept.holding():
        world.take(tick)
    del world.kept.batches[before + committed :]
    world.restart()
    if world.progress.positions.get(NAMES.ticks, tick.offset) == tick.offset:
        world.take(tick)
    assert finals(world) == [(2, COUNT)]
    assert world.count(NAMES.ticks).read == world.count(NAMES.ticks).judged == 1


def test_a_person_of_very_many_rows_is_built_before_the_tick_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (subjects, half_built):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    world = waiting(people=1).restart()
    world.tick(START + TERM + 1)
    assert finals(world) == [(2, COUNT)]


def test_many_who_are_not_swept_yet_are_swept_in_batches_within_bounds() -> None:
    """All of them at once would be one batch, and one call within another for each."""
    world = waiting().change(fixed_policy(final_after=TERM, notify_deadline=hours(1)))
    assert world.judge.sweeper.on
    batches = world.tick(START + TERM + 1)
    assert max(len(batch.outputs) for batch in batches) <= SMALL.records
    assert finals(world) == [(2, COUNT)]


def test_a_worker_that_was_down_over_a_deadline_raises_it_on_return() -> None:
    world = World(policy=POLICY)
    at = Instant(START + hours(1))
    events = world.story(share("s", "1", START), withdrawal("s", "2", at))
    world.take(*(one._replace(timestamp=at) for one in events))
    world.restart().tick(at + hours(72) + 1)
    assert world.codes().count("RECIPIENT_NOT_NOTIFIED") == 1
    overdue = at + hours(72) + 1
    assert world.progress.judged_until == overdue
    world.restart().tick(overdue + TERM + 1)
    last = {finding.code: finding.finality for finding in world.findings()}
    assert last == {"NO_CONSENT": Finality.FINAL, "RECIPIENT_NOT_NOTIFIED": Finality.FINAL}
    assert world.progress.judged_until == overdue, "a label looks at no policy"
    world.restart().tick(overdue + 2 * TERM)
    assert len(world.findings()) == 4, "each was labelled once"
