"""Ratios and medians out of what a run counted. Two figures of different runs never meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

from bench.results import Line, Run


class Figure(NamedTuple):
    """A median, the lowest and the highest of the rounds."""

    value: float
    lowest: float
    highest: float
    rounds: int


def of(values: list[float]) -> Figure | None:
    """The figure of some rounds, None when there are none."""
    if not values:
        return None
    return Figure(median(values), min(values), max(values), len(values))


def plain(run: Run, section: str, who: str, name: str, **only: object) -> Figure | None:
    """A value over the rounds. `only` picks lines by other values that they have."""
    return of([float(line.values[name]) for line in _lines(run, section, who, name, only)])


def ratio(
    run: Run, section: str, ours: str, theirs: str, name: str, **only: object
) -> Figure | None:
    """Ours by theirs, round by round: both were measured within minutes of each other."""
    mine = {line.round: float(line.values[name]) for line in _lines(run, section, ours, name, only)}
    other = {
        line.round: float(line.values[name]) for line in _lines(run, section, theirs, name, only)
    }
    return of([mine[n] / other[n] for n in sorted(mine.keys() & other.keys()) if other[n]])


def across(
    run: Run, over: tuple[str, str, str], under: tuple[str, str, str], factor: float = 1.0
) -> Figure | None:
    """Medians of two sections of one run by each other: section, who and value of both."""
    above, below = plain(run, *over), plain(run, *under)
    if above is None or below is None or not below.value:
        return None
    return Figure(
        factor * above.value / below.value,
        factor * above.lowest / below.highest,
        factor * above.highest / below.lowest,
        min(above.rounds, below.rounds),
    )


def why_not(run: Run, *places: tuple[str, str]) -> str:
    """Why there is no figure: what failed there, in the words of the run."""
    for section, who in places:
        for line in run.faults():
            if line.section == section and (not who or line.who in ("", who)):
                return line.what
    return "this run did not measure it"


Maker = Callable[[Run], Figure | None]


def _lines(run: Run, section: str, who: str, name: str, only: Mapping[str, object]) -> list[Line]:
    return [
        line
        for line in run.figures(section, who)
        if line.values.get(name) is not None
        and all(line.values.get(key) == wanted for key, wanted in only.items())
    ]
