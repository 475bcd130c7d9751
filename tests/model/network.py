"""Processes and the network between them and the broker, moved one step at a time.

A request is sent, arrives (its effect happens at the broker), and is answered (the answer
reaches the process). The schedule decides when each of that happens. A process that is
killed leaves requests on the way: they may still arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn, TypeVar

from tests.model.broker import Broker
from tests.model.log import Busy
from tests.model.loop import Clock, Loop

T = TypeVar("T")

READS = frozenset({"fetch", "starts", "ends", "committed", "join", "watch"})
"""Requests that change nothing at the broker."""

KILLED = 137
"""What a killed process would exit with."""


class Exited(BaseException):
    """Raised where `os._exit` would not return."""


class Request:
    """One request and its answer."""

    __slots__ = ("answer", "arrived", "busy_at", "effect", "error", "future", "name", "process")

    def __init__(
        self,
        process: Process,
        name: str,
        effect: Callable[[], Any],
        future: asyncio.Future[Any],
    ) -> None:
        self.process = process
        self.name = name
        self.effect = effect
        self.future = future
        self.arrived = False
        self.busy_at = -1
        """How much had changed when the broker was last busy with it."""
        self.answer: Any = None
        self.error: BaseException | None = None

    def arrive(self) -> bool:
        """Let the effect happen; False when the broker was busy."""
        try:
            self.answer = self.effect()
        except Busy:
            return False
        except Exception as error:  # noqa: BLE001 - it is the answer
            self.error = error
        self.arrived = True
        return True


class Process:
    """An operating system's process: an event loop, and requests on their way."""

    current: ClassVar[Process | None] = None
    """The one whose code runs."""

    def __init__(self, name: str, clock: Clock, broker: Broker) -> None:
        self.name = name
        self.broker = broker
        self.loop = Loop(clock)
        self.requests: list[Request] = []
        self.code: int | None = None
        self.deaf = False
        """Whether it does not hear what the group coordinator has to say."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.code is None

    async def call(self, name: str, effect: Callable[[], T]) -> T:
        """Send a request (`wire.Wire`)."""
        self._living()
        future: asyncio.Future[T] = self.loop.create_future()
        request = Request(self, name, effect, future)
        self.requests.append(request)
        try:
            return await future
        except asyncio.CancelledError:
            # A request that was sent arrives although nobody waits for it any more.
            if name in READS and request in self.requests:
                self.requests.remove(request)
            raise

    async def turn(self) -> None:
        """One turn of the event loop (`wire.Wire`)."""
        self._living()
        await asyncio.sleep(0)

    def _living(self) -> None:
        if not self.alive:
            raise GeneratorExit  # what is running are frames that are being closed

    def start(self, main: Callable[[], Any]) -> None:
        """Begin to run a coroutine function."""
        self.loop.create_task(main())
        self.run()

    def run(self, most: int = 10_000) -> None:
        """Run its own code until it waits for something, or for so many callbacks."""
        self.loop.wake()
        for _ in range(most):
            if not self.alive or not self.loop.ready:
                break
            Process.current, outer = self, Process.current
            try:
                self.loop.step()
            except Exited:
                pass
            finally:
                Process.current = outer
        else:
            assert most < 10_000, f"{self.name} never waits"
        if not self.alive:
            self.loop.drop()

    def leave(self, code: int) -> NoReturn:
        """End from inside, as `os._exit`."""
        if self.alive:
            self.code = code
        raise Exited

    def kill(self) -> list[Request]:
        """End from outside, between two steps; returns the requests that are on the way."""
        self.code = KILLED if self.code is None else self.code
        left = [request for request in self.requests if not request.arrived]
        self.requests.clear()
        self.loop.drop()
        return left

    def move(self, request: Request) -> bool:
        """Let a request arrive, or its answer come back; False when nothing changed."""
        if not request.arrived:
            return request.arrive()
        self.requests.remove(request)
        if not request.future.done():
            if request.error is None:
                request.future.set_result(request.answer)
            else:
                request.future.set_exception(request.error)
        return True
