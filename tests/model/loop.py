"""An event loop that is run by hand, on a clock that is set by hand.

Each process of the model has one. A step runs one ready callback; nothing ever waits,
reads the real time or opens a selector, so the same steps always do the same.
"""

from __future__ import annotations

import asyncio
import warnings
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from typing import Any, cast


class Clock:
    """Seconds that pass when a schedule says so; shared by all processes."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """In the place of `time.monotonic`."""
        return self.now

    def time(self) -> float:
        """In the place of `time.time`."""
        return self.now


class Loop:
    """What asyncio's tasks, futures, events and timeouts need, and no more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._tasks: list[asyncio.Task[Any]] = []
        self.dropped = False
        self.failures: list[dict[str, Any]] = []

    @property
    def _asyncio(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self)  # as far as asyncio asks

    # What a schedule asks.

    @property
    def ready(self) -> bool:
        """Whether something can run now."""
        return bool(self._ready)

    def next_timer(self) -> float | None:
        """When the earliest timer is due."""
        while self._timers and self._timers[0][2].cancelled():
            heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def wake(self) -> None:
        """Make the timers ready that are due."""
        while (at := self.next_timer()) is not None and at <= self._clock.now:
            self._ready.append(heappop(self._timers)[2])

    def step(self) -> None:
        """Run one ready callback."""
        handle = self._ready.popleft()
        if handle.cancelled():
            return
        with _Running(self):
            handle._run()

    def drop(self) -> None:
        """Forget all tasks, as when their process is killed.

        Their frames are closed so that nothing of them is left for the garbage collector
        to close at some other time. What they then do in `finally` reaches no broker:
        the clients of a dead process only raise.
        """
        self.dropped = True
        with _Running(self), warnings.catch_warnings():
            # Coroutines that a closing frame makes are never run.
            warnings.simplefilter("ignore", RuntimeWarning)
            for task in self._tasks:
                if not task.done():
                    task._log_destroy_pending = False  # type: ignore[attr-defined]
                    _close(task.get_coro())
        self._tasks.clear()
        self._ready.clear()
        self._timers.clear()

    # What asyncio asks.

    def time(self) -> float:
        return self._clock.now

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self._asyncio, context)
        if not self.dropped:
            self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._clock.now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self._asyncio, context)
        heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are passed over."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self._asyncio)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Any = None
    ) -> asyncio.Task[Any]:
        if self.dropped:
            coro.close()
            raise GeneratorExit
        task = asyncio.Task(coro, loop=self._asyncio, name=name, context=context)
        self._tasks.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self.dropped:
            self.failures.append(context)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return cast("Any", events._get_running_loop()) is self

    def is_closed(self) -> bool:
        return False


class _Running:
    """Within it the loop is the running one."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._outer: Any = None

    def __enter__(self) -> None:
        self._outer = events._get_running_loop()
        events._set_running_loop(cast("Any", self._loop))

    def __exit__(self, *_: object) -> None:
        events._set_running_loop(self._outer)


def _close(coroutine: Any) -> None:
    with suppress(BaseException):  # its last words
        coroutine.close()
