"""Rewrite the generated tables of docs/metrics.md: python -m tests.docs.metric_tables."""

from __future__ import annotations

import re
from pathlib import Path

from streams.metrics.catalogue import DELIVERER, WORKER, Metric

METRICS = Path(__file__).parents[2] / "docs" / "metrics.md"


def table(metrics: tuple[Metric, ...]) -> str:
    """One line a metric."""
    lines = ["| metric | kind | labels | what it says |", "|---|---|---|---|"]
    for one in metrics:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        lines.append(f"| `{one.name}` | {one.kind} | {labels} | {one.help} |")
    return "\n".join(lines) + "\n"


def with_tables(text: str) -> str:
    """The text with its generated parts made anew."""
    for name, metrics in (("worker", WORKER), ("deliverer", DELIVERER)):
        between = re.compile(
            rf"(?<=<!-- {name} metrics: made by python -m tests.docs.metric_tables -->\n).*?"
            rf"(?=<!-- end of {name} metrics -->)",
            re.DOTALL,
        )
        text, count = between.subn(table(metrics), text)
        if count != 1:
            raise ValueError(f"docs/metrics.md has {count} places for the table of the {name}")
    return text


if __name__ == "__main__":
    METRICS.write_text(with_tables(METRICS.read_text("utf-8")), "utf-8")
