"""Watches over worker processes: they begin together, and where one ends all do.

None is started again here: what started the service does that, sees the exit code, and
has a limit on how often. An exit code says what it says of a single worker.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from streams.errors import ConsentryError
from streams.health.server import listen
from streams.supervise.child import LAST_WORDS_BYTES, Child, LastWords
from streams.supervise.health import GatheredHealth
from streams.terminal.out import say, say_error
from streams.transport.process_exit import CRASHED, STOPPED

if TYPE_CHECKING:
    from streams.settings import Settings

LOOK_EVERY_S: Final = 0.5
AGAIN: Final = "Start it again: nothing is lost, and nothing is visible twice."

log = structlog.get_logger("consentry.worker")


class Supervisor:
    """Runs until it is asked to stop, or until one of the processes has ended."""

    def __init__(
        self,
        children: Sequence[Child],
        settings: Settings,
        ready_file: Path | None,
        *,
        stop_within_s: float,
    ) -> None:
        """`stop_within_s`: those that have not ended by then are killed."""
        self._settings = settings
        self._ready_file = ready_file
        self._stop_within_s = stop_within_s
        self._children = children
        self._health = GatheredHealth(children)
        self._running = {child.name: child for child in children}
        self._words: dict[str, LastWords] = {}
        self._ends: dict[str, int] = {}
        self._one_ended = asyncio.Event()
        self._all_ended = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> int:
        """The exit code of the service. Raises ConsentryError where its address cannot be had."""
        loop = asyncio.get_running_loop()
        for child in self._children:
            loop.add_reader(child.channel, self._heard, child)
        answering = looking = None
        try:
            answering = await listen(self._health, self._settings, self._health.metrics)
            looking = asyncio.create_task(self._report_ready())
            asked = asyncio.create_task(stopping.wait())
            ended = asyncio.create_task(self._one_ended.wait())
            await asyncio.wait({asked, ended}, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            ended.cancel()
        finally:
            if looking is not None:
                looking.cancel()
            first = next(iter(self._ends), None)
            killed = await self._end_all()
            await self._health.close()
            if answering is not None:
                await answering.cleanup()
        return self._code(first, killed)

    def _heard(self, child: Child) -> None:
        """A process says its last words, or has gone."""
        loop = asyncio.get_running_loop()
        try:
            said = child.channel.recv(LAST_WORDS_BYTES)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said:
            try:
                self._words[child.name] = msgspec.json.decode(said, type=LastWords)
            except msgspec.DecodeError:
                log.warning("worker.last_words_unreadable", of=child.name)
            return
        loop.remove_reader(child.channel)
        self._ends[child.name] = child.ended()
        del self._running[child.name]
        self._one_ended.set()
        if not self._running:
            self._all_ended.set()

    async def _report_ready(self) -> None:
        """Say once that all are ready; keep the ready file up to date, where there is one."""
        shown: list[int] | None = None
        while shown is None or self._ready_file is not None:
            report = await self._health.report()
            if report.ready and report.partitions != shown:
                if shown is None:
                    log.info("worker.all_ready", processes=len(report.processes))
                shown = report.partitions
                if self._ready_file is not None:
                    self._ready_file.write_text(" ".join(map(str, shown)) + "\n")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _end_all(self) -> list[str]:
        """Have all end in order; the names of those that had to be killed."""
        for child in list(self._running.values()):
            child.signal(signal.SIGTERM)
        if self._running:
            try:
                async with asyncio.timeout(self._stop_within_s):
                    await self._all_ended.wait()
            except TimeoutError:
                pass
        late = list(self._running)
        for child in list(self._running.values()):
            child.signal(signal.SIGKILL)
        if late:
            await self._all_ended.wait()
        return late

    def _code(self, first: str | None, killed: Sequence[str]) -> int:
        """What the service ends with, after saying why where it is not 0.

        `first` is who ended before anybody was asked to.
        """
        if first is not None:
            return self._code_of(first, asked=False)
        for name in killed:
            log.critical("worker.process_killed", of=name, reason="it did not stop in time")
        if killed:
            return CRASHED
        # One that is still starting has nothing to finish, and the signal ends it.
        wrong = [name for name, code in self._ends.items() if code not in (0, -signal.SIGTERM)]
        return self._code_of(wrong[0], asked=True) if wrong else 0

    def _code_of(self, name: str, *, asked: bool) -> int:
        """Say why a process ended; the code that says it of the whole."""
        code, words = self._ends[name], self._words.get(name)
        log.critical(
            "worker.process_ended",
            of=name,
            **({"signal": -code} if code < 0 else {"exit_code": code}),
            remedy=None if words is None else words.remedy,
        )
        others = "" if asked or len(self._children) == 1 else "; the others were stopped"
        if code == STOPPED and words is not None:
            say_error(ConsentryError(f"{name}: {words.problem}", words.remedy))
            return STOPPED
        if code < 0:
            say(f"{name} was killed by signal {-code}{others}. {AGAIN}", err=True)
        elif words is not None:
            say(f"{name}: {words.problem}{others}. {words.remedy or AGAIN}", err=True)
        else:
            say(f"{name} ended with exit code {code}{others}. {AGAIN}", err=True)
        return STOPPED if code == STOPPED else CRASHED
