"""What a process reports to the one that started it: how far it is, and piece by piece what it found."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import IntEnum
from functools import cache
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Final

import msgspec

from streams.check.decided_by import Moment
from streams.check.gathered import RejectedLine
from streams.check.memory import MemoryBound
from streams.check.ready_line import ReadyLine
from streams.check.result import Collected, Result
from streams.check.spool import Moments
from streams.core.findings import Duty, Finding
from streams.errors import ConsentryError

AT_ONCE: Final = 500
"""Things in one piece."""


class ReportedKind(IntEnum):
    """What a piece holds; its number is the first byte."""

    FINDINGS = 0
    DUTIES = 1
    REJECTED = 2
    MOMENTS = 3
    READ = 4
    """How many bytes of the inputs were read since the last."""
    END = 5
    ERROR = 6
    FINDING_LINES = 7
    DUTY_LINES = 8


_KINDS: Final[dict[ReportedKind, Any]] = {
    ReportedKind.FINDINGS: list[Finding],
    ReportedKind.DUTIES: list[Duty],
    ReportedKind.REJECTED: list[RejectedLine],
    ReportedKind.MOMENTS: list[tuple[str, tuple[Moment, ...]]],
    ReportedKind.READ: int,
    ReportedKind.ERROR: tuple[str, str | None],
    ReportedKind.FINDING_LINES: list[ReadyLine],
    ReportedKind.DUTY_LINES: list[ReadyLine],
}
_encode: Final = msgspec.msgpack.Encoder().encode


@cache
def _decoder(kind: ReportedKind) -> msgspec.msgpack.Decoder[Any]:
    """Made when it is asked for: a check on one process needs none."""
    return msgspec.msgpack.Decoder(_KINDS[kind])


def report(to: Connection, kind: ReportedKind, what: object) -> None:
    """Send a piece."""
    to.send_bytes(
        bytes((kind,)) + (pickle.dumps(what) if kind is ReportedKind.END else _encode(what))
    )


def report_all(to: Connection, collected: Collected, *, as_lines: bool) -> None:
    """Send all that was found, and how it is counted at the end.

    `as_lines`: findings and duties as the lines that report them, and nothing else of them.
    """
    result, gathered = collected.result, collected.gathered
    parts: tuple[tuple[ReportedKind, Iterable[Any]], ...] = (
        *_found(collected, as_lines=as_lines),
        (ReportedKind.REJECTED, gathered.rejected.things()),
        (ReportedKind.MOMENTS, result.moments),
    )
    for kind, things in parts:
        rest = iter(things)
        while piece := list(islice(rest, AT_ONCE)):
            report(to, kind, piece)
    report(
        to, ReportedKind.END, replace(result, moments=Moments(MemoryBound(None)), passed_over=())
    )


def _found(collected: Collected, *, as_lines: bool) -> Iterator[tuple[ReportedKind, Iterable[Any]]]:
    findings, duties = collected.gathered.findings.things(), collected.duties.things()
    if as_lines:
        # What this imports only some of the reports need.
        from streams.check.report.lines import duty_lines, finding_lines

        yield ReportedKind.FINDING_LINES, finding_lines(findings)
        yield ReportedKind.DUTY_LINES, duty_lines(duties)
    else:
        yield ReportedKind.FINDINGS, findings
        yield ReportedKind.DUTIES, duties


class Listener:
    """Adds what several processes found to a whole."""

    def __init__(self, whole: Collected, advance: Callable[[int], None] | None) -> None:
        self._whole = whole
        self._advance = advance
        gathered, moments = whole.gathered, whole.result.moments
        self._adders: dict[ReportedKind, Callable[[Any], None]] = {
            ReportedKind.FINDINGS: gathered.findings.add,
            ReportedKind.DUTIES: whole.duties.add,
            ReportedKind.REJECTED: gathered.rejected.add,
            ReportedKind.FINDING_LINES: lambda one: whole.finding_lines.add(one, len(one.line)),
            ReportedKind.DUTY_LINES: lambda one: whole.duty_lines.add(one, len(one.line)),
            ReportedKind.MOMENTS: lambda pair: moments.add(*pair),
        }

    def hear(self, one: Connection) -> bool:
        """Take the next piece of a process; whether it was the last.

        Raises EOFError where it has ended, also within a piece, and ConsentryError for what it says
        that a user can put right.
        """
        try:
            piece = one.recv_bytes()
        except OSError:
            raise EOFError from None
        kind = ReportedKind(piece[0])
        if kind is ReportedKind.END:
            _add_counts(self._whole.result, pickle.loads(piece[1:]))  # noqa: S301 - from a process of ours
            return True
        what = _decoder(kind).decode(memoryview(piece)[1:])
        if kind is ReportedKind.ERROR:
            raise ConsentryError(*what)
        if kind is ReportedKind.READ:
            if self._advance is not None:
                self._advance(what)
            return False
        add = self._adders[kind]
        for thing in what:
            add(thing)
        return False


def _add_counts(whole: Result, part: Result) -> None:
    # Each process says what it could not read, mostly the same.
    whole.unread = list(dict.fromkeys([*whole.unread, *part.unread]))
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
