"""Violations over time as bars: buckets of calendar length and where each bar stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from streams.check.report.words import Pair
from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.core.vocabulary import Severity

MAX_BARS: Final = 48
WIDTH: Final = 1000
HEIGHT: Final = 240
LEFT: Final = 46
BOTTOM: Final = 34
TOP: Final = 18


class Piece(NamedTuple):
    """A coloured part of a bar, in the units of the picture."""

    severity: Severity
    y: float
    height: float


class Bar(NamedTuple):
    """One stretch of time. `name` is its first day or shorter; `shown`: written below."""

    name: str
    x: float
    width: float
    total: int
    top: float
    pieces: tuple[Piece, ...]
    shown: bool


class Picture(NamedTuple):
    """All that the template needs to draw. `lines`: value and height of each grid line."""

    unit: Pair
    bars: tuple[Bar, ...]
    lines: tuple[tuple[int, float], ...]


_Step = tuple[Pair, Callable[[date], date], Callable[[date], date], str]

_STEPS: Final[tuple[_Step, ...]] = (
    (Pair("day", "dag"), lambda d: d, lambda d: d + timedelta(days=1), "%Y-%m-%d"),
    (Pair("week", "week"), lambda d: d - timedelta(days=d.weekday()),
     lambda d: d + timedelta(days=7), "%Y-%m-%d"),
    (Pair("month", "maand"), lambda d: d.replace(day=1),
     lambda d: (d + timedelta(days=32)).replace(day=1), "%Y-%m"),
    (Pair("quarter", "kwartaal"), lambda d: d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1),
     lambda d: (d + timedelta(days=95)).replace(day=1), "%Y-%m"),
    (Pair("year", "jaar"), lambda d: d.replace(month=1, day=1),
     lambda d: (d + timedelta(days=370)).replace(month=1, day=1), "%Y"),
)  # fmt: skip


def picture(findings: Sequence[Finding], severities: Sequence[Severity]) -> Picture | None:
    """Bars over the time of the findings, the heaviest severity at the foot.

    None where nothing has an instant.
    """
    dated = Counter(
        (_day(finding.occurred_at), finding.severity)
        for finding in findings
        if finding.occurred_at is not None and finding.severity in severities
    )
    if not dated:
        return None
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    unit, start_of, next_of, form = _step(first, last)
    counts: Counter[tuple[date, Severity]] = Counter()
    for (day, severity), count in dated.items():
        counts[start_of(day), severity] += count
    starts = _starts(start_of(first), last, next_of)
    totals = {start: sum(counts[start, s] for s in severities) for start in starts}
    highest, lines = _scale(max(totals.values()))
    slot = (WIDTH - LEFT) / len(starts)
    every = -(-len(starts) // 12)
    bars = tuple(
        _bar(
            start.strftime(form),
            LEFT + number * slot,
            slot,
            [(severity, counts[start, severity]) for severity in severities],
            highest,
            shown=number % every == 0,
        )
        for number, start in enumerate(starts)
    )
    return Picture(unit, bars, tuple((value, _height(value, highest)) for value in lines))


def _bar(
    name: str,
    x: float,
    slot: float,
    counts: Sequence[tuple[Severity, int]],
    highest: int,
    *,
    shown: bool,
) -> Bar:
    pieces = []
    below = 0
    for severity, count in counts:
        if count:
            foot, head = _height(below, highest), _height(below + count, highest)
            pieces.append(Piece(severity, round(head, 1), round(foot - head, 1)))
            below += count
    width = min(slot * 0.72, 56.0)
    middle = x + (slot - width) / 2
    top = round(_height(below, highest), 1)
    return Bar(name, round(middle, 1), round(width, 1), below, top, tuple(pieces), shown)


def _height(value: float, highest: int) -> float:
    return HEIGHT - BOTTOM - value / highest * (HEIGHT - BOTTOM - TOP)


def _scale(largest: int) -> tuple[int, list[int]]:
    """A round number at or above the largest, and the values of about four grid lines."""
    steps = (one * 10**power for power in range(12) for one in (1, 2, 5))
    step = next(step for step in steps if largest <= step * 5)
    highest = step * -(-largest // step)
    return highest, list(range(0, highest + 1, step))


def _step(first: date, last: date) -> _Step:
    """The finest calendar step that needs no more bars than fit."""
    for step in _STEPS:
        if len(_starts(step[1](first), last, step[2], limit=MAX_BARS + 1)) <= MAX_BARS:
            return step
    return _STEPS[-1]


def _starts(
    start: date, last: date, next_of: Callable[[date], date], limit: int = 10_000
) -> list[date]:
    starts: list[date] = []
    while start <= last and len(starts) < limit:
        starts.append(start)
        try:
            start = next_of(start)
        except OverflowError:  # the calendar ends with the year 9999
            break
    return starts


def _day(instant: Instant) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).date()
