"""The same check on several processes: each subject belongs to one of them.

This process reads and deals the records out by subject; each other one decodes and judges
its own. Subjects do not affect each other, so the result is that of one process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from enum import Enum
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

from streams.check.child_processes import end, ended_early, start
from streams.check.gather import gather
from streams.check.memory import LEAST_MIB, MIB, MemoryBound
from streams.check.result import Collected, Result
from streams.check.shares import share_of
from streams.check.spool import Moments
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.files.read import read_events
from streams.files.records import Advance, Found, Line

WORTHWHILE_BYTES: Final = 16_000_000
"""Of shorter inputs one process has judged half before others have started."""

AT_MOST: Final = 8
"""One process reads for all; beyond these it has no more to give."""

RECORDS_AT_ONCE: Final = 500
BYTES_AT_ONCE: Final = 1_048_576

Records = list[Found]


def processes_for(size: int, memory: int) -> int:
    """How many processes an input of so many bytes is worth, with so much memory together."""
    if size < WORTHWHILE_BYTES:
        return 1
    fit = memory // (LEAST_MIB * MIB) - 1  # one reads for the others
    return max(1, min(len(os.sched_getaffinity(0)), AT_MOST, fit))


def run_shared(
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    *,
    processes: int,
    advance: Advance | None = None,
    with_timelines: bool = False,
    memory: int | None = None,
) -> Result:
    """Read, deal out, judge and collect, in so many bytes of memory together.

    Raises RuntimeError when a process ends itself before it has answered; what it met stands
    on standard error. Raises ConsentryError when one was killed, and for what one of them says
    that a user can put right.
    """
    context = multiprocessing.get_context("spawn")  # a progress bar has threads: no fork
    part = None if memory is None else memory // (processes + 1)
    whole = Collected(inputs, policy, clock, MemoryBound(part))
    with ExitStack() as open_:
        shares: list[Connection] = []
        started: list[BaseProcess] = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            open_.enter_context(ours)
            arguments = (theirs, inputs, policy, clock, with_timelines, part)
            process = context.Process(target=_judge_share, args=arguments, daemon=True)
            start(process)
            theirs.close()
            open_.callback(end, process)
            started.append(process)
            shares.append(ours)
        try:
            _deal(read_events(inputs.files, advance), shares)
            for share in shares:
                _take_answer(share, whole)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            for share in shares:
                _raise_what_it_said(share)
            raise ended_early(started) from None
    return whole.finish()


def _deal(records: Iterable[Found], shares: Sequence[Connection]) -> None:
    """Send each record to its share; a share that is behind holds up the reading."""
    waiting: list[Records] = [[] for _ in shares]
    sizes = [0 for _ in shares]
    for record in records:
        number = share_of(record, len(shares))
        waiting[number].append(record)
        sizes[number] += len(record.value) if isinstance(record, Line) else 0
        if len(waiting[number]) == RECORDS_AT_ONCE or sizes[number] > BYTES_AT_ONCE:
            shares[number].send(waiting[number])
            waiting[number], sizes[number] = [], 0
    for share, rest in zip(shares, waiting, strict=True):
        share.send(rest)
        share.send(None)


def _judge_share(
    share: Connection,
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    with_timelines: bool,  # noqa: FBT001 - arguments of a process are positional
    memory: int | None,
) -> None:
    """What another process does: judge what is dealt to it, and answer piece by piece."""
    with share:
        try:
            collected = Collected(inputs, policy, clock, MemoryBound(memory))
            gather(_dealt(share), policy, clock, collected.gathered)
            collected.judge(with_timelines=with_timelines)
            _answer(share, collected)
        except ConsentryError as error:
            with suppress(BrokenPipeError, ConnectionResetError):
                share.send((_ChildAnswer.ERROR, (error.problem, error.remedy)))
        except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
            return  # the reading process is gone, and says why


class _ChildAnswer(Enum):
    """What a piece of an answer holds."""

    FINDINGS = "findings"
    DUTIES = "duties"
    REJECTED = "rejected"
    MOMENTS = "moments"
    END = "end"
    ERROR = "error"


def _answer(share: Connection, collected: Collected) -> None:
    moments = iter(collected.result.moments)
    result = collected.finish()
    parts: tuple[tuple[_ChildAnswer, Iterable[Any]], ...] = (
        (_ChildAnswer.FINDINGS, result.findings),
        (_ChildAnswer.DUTIES, result.duties),
        (_ChildAnswer.REJECTED, result.rejected),
        (_ChildAnswer.MOMENTS, moments),
    )
    for kind, things in parts:
        rest = iter(things)
        while piece := list(islice(rest, RECORDS_AT_ONCE)):
            share.send((kind, piece))
    counts = replace(
        result,
        findings=(),
        duties=(),
        rejected=(),
        moments=Moments(MemoryBound(None)),
        passed_over=(),
    )
    share.send((_ChildAnswer.END, counts))


def _take_answer(share: Connection, whole: Collected) -> None:
    """Add the answer of a share to the whole. Raises ConsentryError where it is an error."""
    adders: dict[_ChildAnswer, Callable[[Any], None]] = {
        _ChildAnswer.FINDINGS: whole.gathered.findings.add,
        _ChildAnswer.DUTIES: whole.duties.add,
        _ChildAnswer.REJECTED: whole.gathered.rejected.add,
        _ChildAnswer.MOMENTS: lambda pair: whole.result.moments.add(*pair),
    }
    while True:
        kind, piece = share.recv()
        if kind is _ChildAnswer.END:
            _add_counts(whole.result, piece)
            return
        if kind is _ChildAnswer.ERROR:
            raise ConsentryError(*piece)
        for thing in piece:
            adders[kind](thing)


def _raise_what_it_said(share: Connection) -> None:
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while share.poll(1):
            kind, piece = share.recv()
            if kind is _ChildAnswer.ERROR:
                raise ConsentryError(*piece)


def _dealt(share: Connection) -> Iterator[Found]:
    while (records := share.recv()) is not None:
        yield from records


def _add_counts(whole: Result, part: Result) -> None:
    whole.unread += part.unread
    whole.by_type += part.by_type
    whole.read += part.read
    whole.duplicates += part.duplicates
    whole.not_assessed += part.not_assessed
    whole.assumptions += part.assumptions
    whole.subjects += part.subjects
    whole.unknown_fields += part.unknown_fields
    whole.names.add(part.names)
    firsts = [at for at in (whole.first_at, part.first_at) if at is not None]
    lasts = [at for at in (whole.last_at, part.last_at) if at is not None]
    whole.first_at = min(firsts, default=None)
    whole.last_at = max(lasts, default=None)
