"""A service that mode would start in a thread, in the loop of the app."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from mode.threads import QueueServiceThread

from streams.transport.consumer_thread import Thread
from streams.transport.in_loop import LoopWorker


class Service(QueueServiceThread):
    """Notes where it is called."""

    Worker = LoopWorker
    shutdown_timeout = 5.0

    def __post_init__(self) -> None:
        self.called: list[tuple[str, int]] = []
        self.refuses = False

    def note(self, what: str) -> None:
        self.called.append((what, threading.get_ident()))

    async def on_start(self) -> None:
        self.note("start")
        if self.refuses:
            raise ConnectionError

    async def on_thread_stop(self) -> None:
        await super().on_thread_stop()
        self.note("stop")

    async def _gather_remaining_tasks(self) -> None:
        """As in ours."""

    async def work(self, number: int) -> int:
        self.note("work")
        return number + 1

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Not printed."""


def service() -> Service:
    loop = asyncio.get_running_loop()
    return Service(loop=loop, thread_loop=loop)


def test_it_starts_works_and_stops_where_it_was_started() -> None:
    async def story() -> None:
        before = threading.active_count()
        one = service()
        await one.start()
        assert await one.call_thread(one.work, 1) == 2
        others = asyncio.create_task(asyncio.Event().wait())
        await one.stop()
        assert one.called == [(what, threading.get_ident()) for what in ("start", "work", "stop")]
        assert threading.active_count() == before
        assert not others.done()  # whose loop it is, his are the tasks
        others.cancel()

    asyncio.run(story())


def test_an_error_at_its_start_reaches_the_one_that_starts_it() -> None:
    async def story() -> None:
        one = service()
        one.refuses = True
        with pytest.raises(ConnectionError):
            await one.start()
        await one.stop()

    asyncio.run(story())


def test_the_consumer_is_such_a_service() -> None:
    assert Thread.Worker is LoopWorker
    assert "_gather_remaining_tasks" in vars(Thread)
