"""A row of the table: what is wanted, what came of it, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from bench.report.figures import Figure, Maker, why_not
from bench.results import Run

LEAST: Final = "≥"
MOST: Final = "≤"


class Verdict(Enum):
    """What became of a row."""

    MET = "met"
    MISSED = "**missed**"
    REPORTED = "reported"
    UNMEASURED = "**not measured**"


class Goal(NamedTuple):
    """A bound, and on which side of it the figure must be."""

    side: str
    bound: float
    note: str = ""

    def met(self, value: float) -> bool:
        """Whether a value keeps it."""
        return value >= self.bound if self.side == LEAST else value <= self.bound

    def __str__(self) -> str:
        return f"{self.side} {self.bound:,g}{self.note}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `places` are the sections and contestants that it needs."""

    what: str
    figure: Maker
    how: str
    places: Sequence[tuple[str, str]]
    goal: Goal | None = None
    unit: str = ""
    in_readme: bool = False

    def verdict(self, run: Run) -> Verdict:
        """Whether the goal is kept."""
        found = self.figure(run)
        if found is None:
            return Verdict.UNMEASURED
        if self.goal is None:
            return Verdict.REPORTED
        return Verdict.MET if self.goal.met(found.value) else Verdict.MISSED

    def cells(self, run: Run) -> tuple[str, str, str, str, str]:
        """What, goal, figure, verdict and how."""
        found = self.figure(run)
        shown = why_not(run, *self.places) if found is None else written(found, self.unit)
        goal = "" if self.goal is None else str(self.goal)
        return self.what, goal, shown, self.verdict(run).value, self.how


def written(figure: Figure, unit: str = "") -> str:
    """A figure with its spread."""
    text = f"**{number(figure.value)}{unit}**"
    if figure.rounds > 1:
        text += f" ({number(figure.lowest)}–{number(figure.highest)}, n = {figure.rounds})"
    return text


def number(value: float) -> str:
    """Three digits that count; thousands in groups."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
