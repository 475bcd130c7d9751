"""A reader that stops while a fetch waits: it disconnects, and ends nobody else."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from streams.topics.reader import Reader


async def stopped() -> tuple[list[str], list[asyncio.Task[Any]]]:
    """A reader with a fetch that waits before it asks again, stopped; what it closed."""
    closed: list[str] = []
    reader = Reader(bootstrap_servers="127.0.0.1:1")
    fetching = asyncio.create_task(asyncio.sleep(60))
    waiting = asyncio.create_task(asyncio.sleep(60))

    class Fetcher:
        _fetch_task = fetching
        _pending_tasks = {waiting}  # noqa: RUF012 - aiokafka's own is one for each

        async def close(self) -> None:
            for task in self._pending_tasks:
                task.cancel()
                await task
            closed.append("fetcher")

    async def close() -> None:
        closed.append("client")

    await asyncio.sleep(0)
    reader._fetcher = Fetcher()
    reader._client = SimpleNamespace(close=close)
    await reader.stop()
    await reader.stop()  # a second time does nothing
    return closed, [fetching, waiting]


def test_a_fetch_that_waits_is_ended_and_everything_is_closed() -> None:
    closed, tasks = asyncio.run(stopped())
    assert closed == ["fetcher", "client"]
    assert all(task.cancelled() for task in tasks)


def test_a_reader_that_never_started_stops() -> None:
    async def story() -> None:
        await Reader(bootstrap_servers="127.0.0.1:1").stop()

    asyncio.run(story())
