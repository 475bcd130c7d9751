"""What an event costs after a long history: a table of ratios, and those that need a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.report.details import by_who
from bench.report.figures import Figure, plain
from bench.report.goals import number, written
from bench.report.tables import table
from bench.results import Run

NAME: Final = "adversarial"
AFTER: Final = " after "
STREAM: Final = "stream: "


def adversarial(run: Run) -> Iterator[str]:
    """Every event after every history, what writes more, and whole streams."""
    pairs = [who for who, _ in by_who(run, NAME) if not who.startswith(STREAM)]
    if not pairs:
        return
    events = list(dict.fromkeys(who.split(AFTER)[0] for who in pairs))
    histories = list(dict.fromkeys(who.split(AFTER)[1] for who in pairs))
    yield from (
        "## Streams made to be slow",
        "",
        (
            "CPU time of one more event on time, of the kind above a column: of a person with "
            "10,000 events of the kind before a row, by that of one with the last 10 of them. "
            "Both are judged in turn, the same events for both; medians."
        ),
        "",
        *table(
            ("", *events),
            ((history, *(_ratio(run, one, history) for one in events)) for history in histories),
        ),
        "",
        *_more(run, pairs),
        *_streams(run),
    )


def worst(run: Run, name: str, *, writes_more: bool) -> Figure | None:
    """The highest of the medians, of the events that write more, or of all others."""
    found = [
        figure
        for who, _ in by_who(run, NAME)
        if not who.startswith(STREAM) and _writes_more(run, who) is writes_more
        for figure in [plain(run, NAME, who, name)]
        if figure is not None
    ]
    return max(found, default=None)


def worst_stream(run: Run) -> Figure | None:
    """The highest of the medians of whole streams."""
    found = [
        plain(run, NAME, who, "ratio_of_bytes")
        for who, _ in by_who(run, NAME)
        if who.startswith(STREAM)
    ]
    return max([one for one in found if one is not None], default=None)


def _writes_more(run: Run, who: str) -> bool:
    return plain(run, NAME, who, "ratio_full") is not None


def _ratio(run: Run, event: str, history: str) -> str:
    who = f"{event}{AFTER}{history}"
    figure = plain(run, NAME, who, "ratio")
    if figure is None:
        return ""
    return f"{number(figure.value)}{' (more)' if _writes_more(run, who) else ''}"


def _more(run: Run, pairs: list[str]) -> Iterator[str]:
    names = (
        "history_10_us",
        "cpu_us",
        "ratio",
        "bytes_after_10",
        "bytes_after_full",
        "bytes",
        "ratio_full",
        "ratio_full_of_bytes",
    )
    rows = [
        (who, *("" if one is None else written(one) for one in found))
        for who in pairs
        if _writes_more(run, who)
        for found in [[plain(run, NAME, who, name) for name in names]]
    ]
    if not rows:
        return
    yield from (
        (
            "*More* marks what writes more after 10,000 events than after 10, because a list "
            "that has a bound is fuller. After 2,000 events all such lists are full; against "
            "that history the cost is:"
        ),
        "",
        *table(
            (
                "", "after 10, µs", "after 10,000, µs", "by that", "bytes written after 10",
                "after 2,000", "after 10,000", "µs after 10,000 by after 2,000", "per byte",
            ),
            rows,
        ),
        "",
    )  # fmt: skip


def _streams(run: Run) -> Iterator[str]:
    names = ("history_10_us", "cpu_us", "ratio", "bytes_of_half", "bytes", "ratio_of_bytes")
    rows = [
        (who.removeprefix(STREAM), *("" if one is None else written(one) for one in found))
        for who, _ in by_who(run, NAME)
        if who.startswith(STREAM)
        for found in [[plain(run, NAME, who, name) for name in names]]
    ]
    if not rows:
        return
    columns = (
        "whole streams of one person", "half of it, µs per event", "all of it", "by that",
        "bytes written per event, half", "all", "µs per byte by that",
    )  # fmt: skip
    yield from (
        (
            "Whole streams. A late event costs what the verdicts that it changes cost: where each "
            "changes more of them as the stream grows, the bytes written show it, and the last "
            "column is what a byte costs."
        ),
        "",
        *table(columns, rows),
        "",
    )
