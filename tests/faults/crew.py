"""The workers of a run and their supervisor."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from streams.transport.process_exit import CRASHED, STOPPED
from tests.faults.runtime import Runtime
from tests.faults.sabotage import DIED
from tests.kafka.harness import Bus, WorkerProcess, until

UNREACHABLE = (
    "no broker answered within",
    "does not answer as Kafka",
    "answers as Kafka and then ends the connection",
    "answered with",
    "min.insync.replicas is",
)
"""Said by a worker that finds no broker, or one that refuses writes, when it starts."""

READY = '"worker.ready"'

PUT_OUT = "the group no longer knows this member"
"""Said by a worker that was frozen beyond its session, once it hears of it."""

CUT_OFF = "a transaction did not commit"
"""Said by a worker whose connections were cut within a transaction, when its time is over."""

GUESTS_END = frozenset({0, CRASHED, -signal.SIGKILL, -signal.SIGTERM})
"""How guests may end, who are sent away at any moment."""


class UnexpectedEndError(AssertionError):
    """A worker ended as it must not."""


@dataclass(slots=True)
class Member:
    """A place in the crew: the worker that runs there now, if one does."""

    name: str | None
    """Its instance id; None joins the group as a new member at every start."""

    process: WorkerProcess | None = None
    fault: str = ""
    """What the fault in its process is called."""

    frozen: bool = False
    said_ready: bool = False
    back_at: float = 0.0
    """When its supervisor starts it again, on the monotonic clock."""

    put_out: bool = False
    """Whether it was started once more at the end."""

    @property
    def running(self) -> bool:
        """Whether its process is there and not frozen."""
        return self.process is not None and self.process.process.poll() is None and not self.frozen

    @property
    def ready(self) -> bool:
        """Whether it runs and has said that its partitions are restored."""
        if self.process is not None and not self.said_ready:
            self.said_ready = READY in self.process.text
        return self.running and self.said_ready


class Crew:
    """Starts workers, and does what a supervisor does with those that end."""

    def __init__(self, bus: Bus, runtime: Runtime, brokers: str, names: list[str | None]) -> None:
        self._bus = bus
        self._runtime = runtime
        self._brokers = brokers
        self.members = [Member(name) for name in names]
        self.extras: list[WorkerProcess] = []
        self.exits: Counter[str] = Counter()
        """How often processes ended with which exit code."""

        self.deaths: Counter[str] = Counter()
        """How often a fault within a process ended it, by the fault."""

        self.starts = 0

    def start(self, member: Member, fault: str = "", called: str = "") -> None:
        """Start a member that does not run, perhaps with a fault in its process."""
        self.starts += 1
        member.process = self.launch(member.name, fault)
        member.fault = called
        member.frozen = member.said_ready = False

    def launch(self, name: str | None, fault: str = "") -> WorkerProcess:
        """Start a process that is nobody's place; the caller ends it."""
        return self._bus.start(
            name,
            fault=fault,
            program=self._runtime.program,
            brokers=(self._brokers,),
            **self._runtime.settings,
        )

    @property
    def running(self) -> list[Member]:
        """Members whose process is there and not frozen."""
        return [member for member in self.members if member.running]

    @property
    def working(self) -> bool:
        """Whether somebody judges; of another runtime it is only known whether it runs."""
        return any(member.ready if self._runtime.ours else True for member in self.running)

    @property
    def whole(self) -> bool:
        """Whether all members run, and nobody else."""
        return len(self.running) == len(self.members) and not self.extras

    def disarm(self) -> None:
        """Start those again in whose process a fault still waits."""
        for member in self.members:
            if member.fault and not member.frozen:
                self.kill(member, 0.0)
                self.start(member)

    def stop(self) -> None:
        """SIGTERM for all members. Raises UnexpectedEndError unless each ends well.

        Who was frozen just now may not have heard yet that the group goes on without him, nor who
        was cut off that a transaction is lost: he ends with code 70, and is started once more, as a
        supervisor would. So is one that began while the broker was away, or refused writes.
        """
        for member in self.members:
            while member.process is not None:
                process = member.process
                until(partial(_settled, process), "it is ready, or has ended")
                code = process.stop()[0] if process.process.poll() is None else process.ended()
                self.exits[str(code)] += 1
                late = any(words in process.text for words in (PUT_OUT, CUT_OFF))
                if ((code == CRASHED and late) or away(process)) and not member.put_out:
                    member.put_out = True
                    self.start(member)
                    continue
                if code != 0:
                    raise UnexpectedEndError(f"code {code}:\n{tail(process.log_file)}")
                member.process = None

    def kill(self, member: Member, pause_s: float) -> None:
        """SIGKILL; the supervisor starts it again after the pause."""
        if member.process is not None:
            member.process.kill()
        member.process = None
        member.frozen = False
        member.back_at = time.monotonic() + pause_s

    def tend(self) -> None:
        """Note what ended, and start it again. Raises UnexpectedEndError."""
        now = time.monotonic()
        for member in self.members:
            if member.process is not None and member.process.process.poll() is not None:
                self._note(member.process, member.fault)
                member.process, member.frozen = None, False
                member.back_at = now
            if member.process is None and now >= member.back_at:
                self.start(member)
        for extra in list(self.extras):
            if extra.process.poll() is not None:
                self._note(extra, "", GUESTS_END)
                self.extras.remove(extra)

    def _note(
        self, worker: WorkerProcess, fault: str, fine: frozenset[int] = frozenset({CRASHED})
    ) -> None:
        code = worker.process.returncode
        self.exits[str(code)] += 1
        if code == DIED:
            self.deaths[fault] += 1
        elif self._runtime.ours and code not in fine and not away(worker):
            raise UnexpectedEndError(f"a worker ended with code {code}:\n{tail(worker.log_file)}")

    def end(self) -> None:
        """No process is left."""
        for member in self.members:
            if member.process is not None:
                member.process.kill()
                member.process = None
        for extra in self.extras:
            extra.kill()
        self.extras.clear()


def away(worker: WorkerProcess) -> bool:
    """Whether it ended at its start because of the broker, which passes."""
    return worker.process.returncode == STOPPED and any(
        words in worker.text for words in UNREACHABLE
    )


def tail(log_file: Path, lines: int = 30) -> str:
    """The end of a log."""
    return "\n".join(log_file.read_text("utf-8", "replace").splitlines()[-lines:])


def _settled(process: WorkerProcess) -> bool | None:
    """Whether a worker is ready or has ended; None: not yet."""
    return bool(process.logged("worker.ready")) or process.process.poll() is not None or None
