"""Rewrite the generated tables of docs/metrics.md: python -m tests.docs.metric_tables."""

from __future__ import annotations

from pathlib import Path

from streams.metrics.catalogue import WORKER, Metric
from streams.metrics.delivery_catalogue import DELIVERER
from streams.metrics.ingest_catalogue import INGEST
from streams.metrics.receive_catalogue import RECEIVER
from tests.docs import generated

METRICS = Path(__file__).parents[2] / "docs" / "metrics.md"


def table(metrics: tuple[Metric, ...]) -> str:
    """One line a metric."""
    lines = ["| metric | kind | labels | what it says |", "|---|---|---|---|"]
    for one in metrics:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        lines.append(f"| `{one.name}` | {one.kind} | {labels} | {one.help} |")
    return "\n".join(lines) + "\n"


def with_tables(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    parts = {
        "worker metrics": table(WORKER),
        "deliverer metrics": table(DELIVERER),
        "receiver metrics": table(RECEIVER),
        "ingest metrics": table(INGEST),
    }
    return generated.with_parts(
        text, parts, page="docs/metrics.md", maker="tests.docs.metric_tables"
    )


if __name__ == "__main__":
    METRICS.write_text(with_tables(METRICS.read_text("utf-8")), "utf-8")
