"""Batches that may wait, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from streams.transport.commit.held_batches import Hold
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch
from streams.transport.commit.transactions import Committer
from tests.transport.producers import BOUNDS, Producer, batch, committer

HOLD = Hold(frozenset({"ticks"}), 0.2, "log", 0.05, 5)
"""Of the committer in memory: its changelog is `log`."""


def tick(position: int, **others: int) -> OutputBatch:
    """A tick was read, and nothing came of it."""
    one = batch(0)
    one.positions = {"ticks": position, **others}
    one.final = True
    one.progress = b"t%d" % position
    return one


def rows(count: int, position: int, *topics: str) -> OutputBatch:
    """A record was read and gave rows, and a record for each of the topics."""
    one = tick(0, **{"in": position})
    del one.positions["ticks"]
    for number in range(count):
        one.add(Output("log", 0, b"%d" % number, b"row"))
    for topic in topics:
        one.add(Output(topic, 0, b"k", b"v"))
    one.progress = b"r%d" % position
    return one


def played(
    what: Callable[[Committer, Producer], Awaitable[None]],
    hold: Hold = HOLD,
    bounds: Bounds = BOUNDS,
) -> list[Any]:
    """What was committed: the offsets of each transaction."""
    producer = Producer()

    async def run() -> None:
        one = committer(producer, bounds, hold=hold)
        one.start()
        await what(one, producer)
        await one.close()

    asyncio.run(run())
    return [transaction[-1][1] for transaction in producer.committed]


async def pause() -> None:
    for _ in range(30):
        await asyncio.sleep(0)
