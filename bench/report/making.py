"""Rows of a kind that many are of."""

from __future__ import annotations

from bench.report.figures import plain, ratio
from bench.report.goals import Goal, Row


def measured(
    what: str, how: str, section: str, who: str, name: str, goal: Goal | None = None, unit: str = ""
) -> Row:
    """A figure as it was measured."""
    return Row(
        what=what,
        goal=goal,
        how=how,
        unit=unit,
        places=[(section, who)],
        figure=lambda run: plain(run, section, who, name),
    )


def compared(
    what: str, how: str, section: str, who: str, other: str, name: str, goal: Goal | None = None
) -> Row:
    """A figure of one by that of another, both of the same section."""
    return Row(
        what=what,
        goal=goal,
        how=how,
        places=[(section, who), (section, other)],
        figure=lambda run: ratio(run, section, who, other, name),
    )
