"""A program that is measured: started, watched and ended from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from streams.dev import guard

ROOT = Path(__file__).parents[1]
TAIL_LINES = 12
STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Command:
    """Arguments of a program, and what it gets beside the environment of this process."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Running:
    """A program under a guard, which ends it when this process ends, however that is."""

    def __init__(self, command: Command, log_file: Path) -> None:
        """Start it; all that it prints goes to the log file."""
        self.log_file = log_file
        # Settings of the person who measures would change what is measured.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENTRY_")}
        guarded = [sys.executable, "-I", "-S", guard.__file__, str(log_file)]
        self._guard = subprocess.Popen(
            [*guarded, *command.arguments],
            stdin=subprocess.PIPE,
            env=kept | dict(command.environment),
            cwd=ROOT,
            start_new_session=True,
        )
        self._seen: dict[int, psutil.Process] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def cpu_s(self) -> float:
        """Seconds of CPU that the program and its children have used, the guard left out."""
        return sum(_cpu_s(one) for one in self._processes())

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the program and its children."""
        total = 0
        for one in self._processes():
            with contextlib.suppress(psutil.Error):
                total += one.memory_info().rss
        return total

    @property
    def ended(self) -> int | None:
        """Its exit status once it has ended."""
        return self._guard.poll()

    def require_running(self) -> None:
        """Raise RuntimeError, with the end of its log, if it has ended."""
        if (status := self.ended) is not None:
            raise RuntimeError(f"it ended with exit status {status}: {self.tail()}")

    def tail(self) -> str:
        """The last lines of its log."""
        try:
            lines = self.log_file.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return "(no log)"
        return " | ".join(line.strip()[:300] for line in lines[-TAIL_LINES:]) or "(it said nothing)"

    def stop(self) -> None:
        """Ask it to end (SIGTERM), wait, and kill it if it does not."""
        self._close_input()
        try:
            self._guard.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once. The guard leads a process group of its own, and all are in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.wait()
        self._close_input()

    def _close_input(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    def _processes(self) -> list[psutil.Process]:
        """The program and its children, those that have ended included."""
        with contextlib.suppress(psutil.Error):
            for one in psutil.Process(self._guard.pid).children(recursive=True):
                self._seen.setdefault(one.pid, one)
        return list(self._seen.values())


def broker_of_this_process() -> psutil.Process | None:
    """The Kafka that this process started, None where another one is used."""
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            command = one.cmdline()
            if "kafka.Kafka" in command and "java" in Path(command[0]).name:
                return one
    return None


def cpu_s_of(process: psutil.Process | None) -> float:
    """Seconds of CPU that a process has used; 0 when there is none."""
    return 0.0 if process is None else _cpu_s(process)


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
