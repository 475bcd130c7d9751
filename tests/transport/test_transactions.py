"""Batches into transactions: in order, bounded, all or nothing."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import Any

import pytest

from streams.transport import process_exit
from streams.transport.commit.output_batch import Output, OutputBatch, gather
from streams.transport.commit.transactions import Committer
from streams.wire.progress import PROGRESS_KEY
from tests.transport.producers import BOUNDS, Ended, Producer, batch, committer, exits

__all__ = ["exits"]


def test_a_transaction_takes_what_fits_and_at_least_one_batch() -> None:
    queue = deque([batch(4), batch(4), batch(4)])
    assert [len(taken.outputs) for taken in gather(queue, BOUNDS)] == [4, 4]
    assert len(queue) == 1
    large = deque([batch(40), batch(1)])
    assert len(gather(large, BOUNDS)) == 1
    heavy = deque([batch(1, size=9_000), batch(1, size=2_000)])
    assert len(gather(heavy, BOUNDS)) == 1


async def judged(producer: Producer, *batches: OutputBatch) -> Committer:
    one = committer(producer)
    for each in batches:
        one.put(each)
    one.start()
    await one.drained()
    return one


def test_outputs_progress_and_offsets_are_one_transaction() -> None:
    producer, published = Producer(), []
    first, second = batch(4, position=5), batch(1, position=9)
    first.done = lambda: published.append(1)
    second.done = lambda: published.append(2)

    async def run() -> None:
        one = await judged(producer, first, second)
        await one.close()

    asyncio.run(run())
    [[full, rest, progress, offsets]] = producer.committed
    assert full == ("out", 0, [(b"0", b"x"), (b"1", b"x"), (b"2", b"x")])
    assert rest == ("out", 0, [(b"3", b"x"), (b"0", b"x")])
    assert progress == ("log", 0, [(PROGRESS_KEY, b"p9")])
    assert offsets == ("group", {"in": 9})
    assert producer.metadata == {"partitions=4"}
    assert published == [1, 2]
    assert producer.stopped


def test_it_says_what_is_committed_and_for_how_long_it_commits_nothing() -> None:
    producer = Producer(hangs="commit")

    async def run() -> None:
        one = committer(Producer())
        assert not one.alive
        one.start()
        assert (one.alive, one.committed_at, one.committed) == (True, None, {"in": 0, "quiet": 3})
        began = time.monotonic()
        one.put(batch(1, position=7))
        one.put(batch(1, position=9))
        assert one.waiting_s(began + 60) >= 59
        await one.drained()
        assert one.committed == {"in": 9, "quiet": 3}
        assert one.committed_at is not None
        assert one.committed_at >= began
        assert one.waiting_s(began + 60) == 0
        await one.close()
        assert not one.alive
        stuck = committer(producer)
        stuck.start()
        stuck.put(batch(1, position=7))
        for _ in range(20):
            await asyncio.sleep(0)
        assert producer.open is not None
        assert len(producer.open) == 3
        assert stuck.committed == {"in": 0, "quiet": 3}
        assert stuck.committed_at is None
        assert stuck.waiting_s(time.monotonic() + 60) >= 60
        assert stuck._task is not None
        stuck._task.cancel()

    asyncio.run(run())


def test_what_is_put_while_a_transaction_commits_goes_into_the_next() -> None:
    producer = Producer()

    async def run() -> None:
        one = committer(producer)
        one.put(batch(1, position=1))
        one.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        one.put(batch(1, position=2))
        one.put(batch(1, position=3))
        await one.drained()

    asyncio.run(run())
    assert [transaction[-1] for transaction in producer.committed] == [
        ("group", {"in": 1}),
        ("group", {"in": 3}),
    ]


@pytest.mark.parametrize("step", ["begin", "send", "offsets", "commit"])
def test_a_failure_at_any_step_ends_the_process_and_nothing_is_acknowledged(
    step: str, exits: list[int]
) -> None:
    published: list[int] = []
    one = batch(1)
    one.done = lambda: published.append(1)

    async def run(producer: Producer) -> None:
        each = committer(producer, BOUNDS._replace(seconds=0.05))
        each.put(one)
        with pytest.raises(Ended):
            await each._run()

    asyncio.run(run(Producer(fails=step)))
    asyncio.run(run(Producer(hangs=step)))
    assert exits == [70, 70]
    assert published == []


@pytest.mark.parametrize(("first", "end"), [(7, 7 + 4 + 1), (-1, None)])
def test_a_store_is_notified_of_what_committed_and_where_the_changelog_then_ends(
    first: int, end: int | None
) -> None:
    """A broker that had a batch already does not always know where."""
    producer = Producer()
    producer.offset = first
    published: list[Any] = []

    async def run() -> None:
        one = committer(producer)
        one.on_commit = lambda batches, at: published.append((batches, at, len(producer.committed)))
        one.start()
        rows = batch(0, position=4)
        for number in range(4):  # of which three fit into one record batch
            rows.add(Output("log", 0, b"%d" % number, b"row"))
        one.put(rows)
        await one.drained()
        await one.close()
        assert published == [([rows], end, 1)]

    asyncio.run(run())


def test_a_store_is_not_notified_of_what_did_not_commit(exits: list[int]) -> None:
    published: list[Any] = []

    async def run() -> None:
        one = committer(Producer(fails="commit"))
        one.on_commit = lambda *given: published.append(given)
        one.start()
        one.put(batch(1))
        assert one._task is not None
        with suppress(Ended):
            await one._task

    asyncio.run(run())
    assert exits == [process_exit.CRASHED]
    assert published == []
