"""A record with many consequences is judged in pieces, and a restart goes on in between."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.agents import (
    event_judge,
    judged_batch,
    long_work,
    partition_judge,
    subjects,
    tick_judge,
)
from streams.agents.rule_fault import RuleFault
from streams.core.events import Event
from streams.core.judge import judge_again
from streams.core.vocabulary import DutyStatus, Status
from streams.errors import ConsentryError
from streams.operate import skip_record
from streams.operate.record_place import RecordPlace
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import decode_progress
from tests.agents.world import NAMES, World
from tests.core.builders import grant, object_, share, withdraw
from tests.property.histories import few

SMALL = Bounds(records=8, bytes=1 << 20, seconds=1.0)
SHARES = 60


@pytest.fixture(autouse=True)
def _small_pieces() -> Any:
    with (
        patch.object(long_work, "AT_ONCE", 3),
        patch.object(event_judge, "AT_ONCE", 3),
        patch.object(tick_judge, "AT_ONCE", 3),
        patch.object(subjects, "ROWS_AT_ONCE", 7),
    ):
        yield


def shares() -> list[Event]:
    return [share(n / 60, id=f"s{n:03d}") for n in range(SHARES)]


def net(world: World) -> Any:
    findings = [decode_finding(v) for v in world.compacted(NAMES.violations).values()]
    duties = [decode_duty(v) for v in world.compacted(NAMES.duties).values()]
    return (
        sorted((f.event_id, f.code) for f in findings if f.status is not Status.RETRACTED),
        sorted(
            (d.trigger_event_id, d.status.value, d.share_count, d.share_ids)
            for d in duties
            if d.status is not DutyStatus.RETRACTED
        ),
    )


def late(world: World) -> Any:
    """A withdrawal that comes after the shares that it forbids."""
    (record,) = world.story(withdraw(-1, id="w"))
    return record


def test_a_late_withdrawal_is_published_in_pieces_within_bounds() -> None:
    world = World(SMALL)
    world.take(*world.story(grant(-2), *shares()))
    record = late(world)
    batches = world.take(record)
    pieces = [batch for batch in batches if batch.positions[record.topic] == record.offset]
    assert len(pieces) > 10
    for batch in pieces:
        progress = decode_progress(batch.progress)
        assert progress.unfinished is not None
        assert progress.unfinished.offset == record.offset
        assert all(counters.balanced for counters in progress.counters.values())
        assert len(batch.outputs) <= SMALL.records + 3 * 3
    assert batches[-1].positions[record.topic] > record.offset
    assert decode_progress(batches[-1].progress).unfinished is None
    assert len(net(world)[0]) == SHARES
    assert world.count(record.topic).read == world.count(record.topic).judged == 2


@pytest.mark.parametrize("committed", [*range(0, 30, 4), 25])
def test_a_restart_goes_on_after_the_last_piece(committed: int) -> None:
    whole = World(SMALL)
    whole.take(*whole.story(grant(-2), *shares()))
    whole.take(late(whole))
    world = World(SMALL)
    world.take(*world.story(grant(-2), *shares()))
    before = len(world.kept.batches)
    record = late(world)
    with world.kept.holding():
        world.take(record)
    pieces = len(world.kept.batches) - before
    del world.kept.batches[before + committed :]
    published = sum(len(batch.outputs) for batch in world.kept.batches[before:])
    world.restart()
    again = 0
    if world.count(record.topic).read == 1:
        batches = world.take(record)
        again = sum(len(batch.outputs) for batch in batches)
    assert net(world) == net(whole)
    assert world.count(record.topic).read == world.count(record.topic).judged == 2
    assert world.progress.unfinished is None
    whole_work = sum(len(batch.outputs) for batch in whole.kept.batches[before:])
    assert published + again <= whole_work + 3, "what was committed is not published again"
    assert pieces > 20


def test_another_record_waits_until_it_is_through() -> None:
    """After a restart the topics may come in another order."""
    world = World(SMALL)
    world.take(*world.story(grant(-2), *shares()))
    before = len(world.kept.batches)
    record = late(world)
    with world.kept.holding():
        world.take(record)
    del world.kept.batches[before + 5 :]
    world.restart()
    (other,) = world.story(object_(0.1, id="o"))
    world.take(*world.story(share(2, id="new")))
    held = decode_progress(world.kept.batches[-1].progress).unfinished
    assert held is not None
    assert held.through
    world.take(record, other)
    assert decode_progress(world.kept.batches[-1].progress).unfinished is None
    expected = World()
    expected.take(*expected.story(grant(-2), *shares(), withdraw(-1, id="w")))
    expected.take(*expected.story(share(2, id="new"), object_(0.1, id="o")))
    assert net(world) == net(expected)


@pytest.mark.parametrize("other_first", [True, False])
@pytest.mark.parametrize("pieces", [1, 5, 19])
def test_a_rebalance_in_between_loses_no_record(pieces: int, *, other_first: bool) -> None:
    """The partition number is kept, and its topics are read again, in another order."""
    world = World(SMALL)
    world.take(*world.story(grant(-2), *shares()))
    record = late(world)
    given_up = PollBatch(0, 1, {record.topic: OffsetSpan(0, record.offset + 1)}, (record,))
    batches: Any = world.judge.batches(given_up)
    for _ in range(pieces):
        world.partition.hand_over(next(batches).output)
    batches.close()
    assert world.progress.positions[record.topic] == record.offset
    (other,) = world.story(share(2, id="new"))
    world.take(*([other, record] if other_first else [record, other]))
    assert world.progress.unfinished is None
    expected = World()
    expected.take(*expected.story(grant(-2), *shares(), withdraw(-1, id="w"), share(2, id="new")))
    assert net(world) == net(expected)
    assert world.count(record.topic).read == world.count(record.topic).judged == 2
    assert world.count(other.topic).read == world.count(other.topic).judged == SHARES + 1


@given(few(30), st.integers(0, 10_000), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_cut_anywhere_changes_nothing(facts: list[Any], seed: int, cut: int) -> None:
    """Also where payloads share an id: what rested on the one that no longer counts too."""
    with (
        patch.object(long_work, "AT_ONCE", 1),
        patch.object(event_judge, "AT_ONCE", 1),
        patch.object(tick_judge, "AT_ONCE", 1),
        patch.object(partition_judge, "RECORDS_AT_ONCE", 1),
        patch.object(judged_batch, "RECORDS_AT_ONCE", 1),
    ):
        events = [fact.event for fact in facts]
        random.Random(seed).shuffle(events)
        whole, world = World(SMALL), World(SMALL)
        for begun in (whole, world):
            begun.tick(1)
        for event in events:
            whole.take(*whole.story(event))
        for number, event in enumerate(events, 1):
            (record,) = world.story(event)
            before = len(world.kept.batches)
            with world.kept.holding():
                world.take(record)
            if cut < len(world.kept.batches) - before:
                del world.kept.batches[before + cut :]
                world.restart()
                if read(world) == number:
                    world.take(record)
        assert net(world) == net(whole)
        assert all(c.balanced for c in world.progress.counters.values())
        assert read(world) == len(events) + 1


def read(world: World) -> int:
    return sum(counters.read for counters in world.progress.counters.values())


def test_a_record_that_is_judged_in_part_cannot_be_set_aside() -> None:
    """Its fact is stored, so what follows from it must be published."""
    world = World(SMALL)
    world.take(*world.story(grant(-2), *shares()))
    record = late(world)
    judged, calls = judge_again, 0

    def fails_later(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 9:
            raise ValueError
        return judged(*given)

    with (
        patch.object(long_work, "judge_again", fails_later),
        pytest.raises(RuleFault) as raised,
    ):
        world.take(record)
    remedy = raised.value.remedy(NAMES.ticks)
    assert "consentry skip" not in remedy
    assert "release without the fault" in remedy
    progress = decode_progress(world.kept.batches[-1].progress)
    place = RecordPlace(record.topic, 0, record.offset)
    with pytest.raises(ConsentryError, match="among the facts already"):
        skip_record._require_not_begun(place, progress)
    skip_record._require_not_begun(place._replace(offset=place.offset + 1), progress)


def test_a_record_that_fails_at_once_can() -> None:
    world = World(SMALL)
    (record,) = world.story(grant(-2))
    with (
        patch.object(event_judge, "judge", side_effect=ValueError),
        pytest.raises(RuleFault) as raised,
    ):
        world.take(record)
    assert f"--offset {record.offset} " in raised.value.remedy(NAMES.ticks)
