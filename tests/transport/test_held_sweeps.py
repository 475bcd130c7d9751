"""What a sweep finds while records come goes with what is found of these."""

from __future__ import annotations

import asyncio
from typing import Final

from streams.transport.commit.held_batches import ROWS_AT_MOST
from streams.transport.commit.output_batch import Bounds, OutputBatch
from streams.transport.commit.transactions import Committer
from tests.transport.holding import HOLD, pause, played, rows
from tests.transport.producers import Producer

ROOMY: Final = Bounds(records=1_000, bytes=1_000_000, seconds=1.0)


def swept(count: int, position: int) -> OutputBatch:
    """Findings of stored facts that were judged again; nothing was read."""
    one = rows(count, position, "findings")
    one.final, one.patient = False, True
    return one


def test_what_a_sweep_found_goes_with_the_next_finding() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(swept(1, 1))
        one.put(swept(1, 1))
        await pause()
        assert producer.committed == []
        one.put(rows(1, 2, "findings"))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"in": 2}]


def test_what_a_sweep_found_waits_no_longer_than_it_may() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(swept(1, 1))
        await asyncio.sleep(0.15)
        assert len(producer.committed) == 1

    assert played(play, HOLD._replace(swept_s=0.05)) == [{"in": 1}]


def test_a_long_answer_of_a_sweep_does_not_wait() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(swept(ROWS_AT_MOST, 1))
        await asyncio.sleep(0.1)
        assert len(producer.committed) == 1

    assert played(play, HOLD._replace(swept_s=60.0)) == [{"in": 1}]


def test_steps_of_a_sweep_leave_poll_batches_their_number() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        for _ in range(HOLD.most):
            one.put(swept(1, 1))
        one.put(rows(1, 2))
        await pause()
        assert producer.committed == []

    assert played(play, bounds=ROOMY) == [{"in": 2}]


def test_facts_judged_again_for_records_wait_as_briefly_and_keep_their_number() -> None:
    def again(position: int) -> OutputBatch:
        one = rows(1, position, "findings")
        one.patient = True
        return one

    async def play(one: Committer, producer: Producer) -> None:
        for position in range(HOLD.most):
            one.put(again(position))
        await pause()
        assert producer.committed == []
        one.put(again(HOLD.most))  # the consumer waits for its poll batches
        await pause()
        assert len(producer.committed) == 1
        one.put(again(HOLD.most + 1))
        await asyncio.sleep(0.15)
        assert len(producer.committed) == 2

    found = played(play, HOLD._replace(swept_s=0.05, rows_s=60.0), ROOMY)
    assert found == [{"in": HOLD.most}, {"in": HOLD.most + 1}]
