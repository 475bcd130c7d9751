"""The same check on several processes: each subject belongs to one of them.

Each process reads all of the input, and judges what of it is its own: they share nothing but
the input and what they found. Subjects do not affect each other, so the result is that of one
process.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, NamedTuple, Self

from streams.check.child_processes import end, ended_early, start, starting, widen
from streams.check.gather import gather
from streams.check.memory import LEAST_MIB, MIB, MemoryBound
from streams.check.reported import Listener, ReportedKind, report, report_all
from streams.check.result import Collected, Result
from streams.check.shares import Share
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.files.read import STDIN, read_pieces
from streams.files.records import Advance
from streams.files.temporary_database import unusable
from streams.wire.avro_fast_path import avro_fast_paths

WORTHWHILE_BYTES: Final = 16_000_000
"""Of shorter inputs one process has judged half before others have started."""

AT_MOST: Final = 8
"""Each process reads all of the input; beyond these that is most of what one does."""

_REPORT_FROM_BYTES: Final = 1_048_576


def processes_for(size: int, memory: int) -> int:
    """How many processes an input of so many bytes is worth, with so much memory together."""
    if size < WORTHWHILE_BYTES:
        return 1
    fit = memory // (LEAST_MIB * MIB) - 1  # one gathers what the others find
    return max(1, min(len(os.sched_getaffinity(0)), AT_MOST, fit))


def can_be_shared(inputs: InputFiles) -> bool:
    """Whether all inputs can be read several times: standard input, pipes and devices cannot."""
    return not any(
        file == STDIN or Path(file).is_fifo() or Path(file).is_char_device()
        for file in inputs.files
    )


def run_shared(
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    *,
    processes: int,
    advance: Advance | None = None,
    with_timelines: bool = False,
    as_lines: bool = False,
    memory: int | None = None,
) -> Result:
    """Judge on several processes and collect, in so many bytes of memory together.

    `as_lines`: of findings and duties only the lines that report them.

    The inputs can be read several times. Raises RuntimeError when a process ends itself before
    it has answered; what it met stands on standard error. Raises ConsentryError when one was
    killed, and for what one of them says that a user can put right.
    """
    with SharedCheck(
        inputs,
        policy,
        clock,
        processes=processes,
        with_timelines=with_timelines,
        as_lines=as_lines,
        memory=memory,
    ) as shared:
        return shared.finish(advance)


class Wanted(NamedTuple):
    """What a process reports of what it found, beside the counts."""

    with_timelines: bool
    as_lines: bool


class SharedCheck:
    """A check on several processes, which run from the start on; to be used in a `with`.

    It is begun before this process has threads: then others are forked, which takes no time.
    """

    def __init__(
        self,
        inputs: InputFiles,
        policy: Policy,
        clock: Instant | None,
        *,
        processes: int,
        with_timelines: bool = False,
        as_lines: bool = False,
        memory: int | None = None,
    ) -> None:
        wanted = Wanted(with_timelines=with_timelines, as_lines=as_lines)
        part = None if memory is None else memory // (processes + 1)
        self._whole = Collected(inputs, policy, clock, MemoryBound(part))
        self._open = ExitStack()
        self._shares: list[Connection] = []
        self._started: list[BaseProcess] = []
        with ExitStack() as open_:
            context, forks = starting()
            if forks:
                avro_fast_paths()  # once, and not once for each of them
                if as_lines:
                    import streams.check.report.lines  # noqa: F401 - the same
            for number in range(processes):
                ours, theirs = context.Pipe(duplex=False)
                widen(ours)
                open_.enter_context(ours)
                given = (theirs, Share(number, processes), inputs, policy, clock, wanted)
                # Who is forked holds this end too, and the pipe would not break with this process.
                held = ours if forks else None
                process = context.Process(
                    target=_judge_share, args=(*given, part, held), daemon=True
                )
                start(process)
                theirs.close()
                open_.callback(end, process)
                self._started.append(process)
                self._shares.append(ours)
            self._open = open_.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            for process in self._started:
                process.kill()  # nobody asks for what it finds
        self._open.close()

    def finish(self, advance: Advance | None) -> Result:
        """What all of them found. Raises as `run_shared`."""
        listener = Listener(self._whole, advance)
        waiting = list(self._shares)
        try:
            while waiting:
                for one in wait(waiting):
                    assert isinstance(one, Connection)
                    if listener.hear(one):
                        waiting.remove(one)
        except EOFError:
            raise ended_early(self._started) from None
        return self._whole.finish()


def _judge_share(
    to: Connection,
    share: Share,
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    wanted: Wanted,
    memory: int | None,
    held: Connection | None,
) -> None:
    """What another process does: judge its share, and answer piece by piece."""
    if held is not None:
        held.close()
    # The one that takes what belongs to nobody says how far it is; the others are about as far.
    progress = _Progress(to) if share.number == 0 else None
    with to, suppress(BrokenPipeError, KeyboardInterrupt):  # who started it is gone, and says why
        try:
            collected = Collected(inputs, policy, clock, MemoryBound(memory))
            pieces = read_pieces(inputs.files, progress)
            gather(pieces, policy, clock, collected.gathered, share)
            if progress is not None:
                progress.report()
            collected.judge(with_timelines=wanted.with_timelines)
            report_all(to, collected, as_lines=wanted.as_lines)
        except (ConsentryError, sqlite3.Error) as error:
            said = error if isinstance(error, ConsentryError) else unusable(error)
            report(to, ReportedKind.ERROR, (said.problem, said.remedy))


class _Progress:
    """Reports now and then how many bytes were read."""

    def __init__(self, to: Connection) -> None:
        self._to = to
        self._bytes = 0

    def __call__(self, count: int) -> None:
        self._bytes += count
        if self._bytes >= _REPORT_FROM_BYTES:
            self.report()

    def report(self) -> None:
        """Report those that were not reported yet."""
        report(self._to, ReportedKind.READ, self._bytes)
        self._bytes = 0
