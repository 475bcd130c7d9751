"""Runs of the bench as its report reads them."""

from __future__ import annotations

from typing import Any

from bench.results import Line, Run

HEAD = Line(
    kind="head",
    values={
        "began_at": "2026-01-01T00:00:00Z",
        "commit": "abc",
        "machine": {"processor": "P", "cores": 2, "memory_gib": 8, "system": "S"},
        "load_average": [0.1, 0.2, 0.3],
        "versions": {"Python": "3"},
        "compiled": [],
        "sections": ["throughput"],
        "rounds": 3,
    },
)
EOS = "kafka-streams-eos"
KEEPING = "kafka-streams-eos-keeping"
QUICK = "kafka-streams-eos-20"


def speed(who: str, round_: int, rate: float, cpu: float = 10.0) -> Line:
    values: dict[str, Any] = {
        "name": who.title(), "events_per_s": rate, "cpu_us": cpu, "broker_cpu_us": 5.0,
        "cores_program": 0.9, "cores_broker": 0.4, "limit": "program", "window_events": 70,
        "events": 100, "violations": 3,
    }  # fmt: skip
    return Line(kind="figure", section="throughput", who=who, round=round_, values=values)


def late(who: str, p50: float, rate: str, *, half: bool = True) -> Line:
    values: dict[str, Any] = {
        "name": who.title(), "rate": rate, "half_of_peak": half, "sent_per_s": 1000.0,
        "p50_ms": p50, "p95_ms": p50, "p99_ms": p50 * 2, "samples": 900, "not_read": 0,
        "cut_ms": [p50] * 99,
    }  # fmt: skip
    return Line(kind="figure", section="latency", who=who, round=1, values=values)


def run(*lines: Line) -> Run:
    return Run(name="r", lines=[HEAD, *lines, Line(kind="end", values={"load_average": [1.0]})])


def row_of(text: str, begins: str) -> list[str]:
    (line,) = [one for one in text.splitlines() if one.startswith(f"| {begins}")]
    return [cell.strip() for cell in line.strip("|").split(" | ")]


BY_EOS = "events/s by Kafka Streams' small job"


def pair(who: str, ratio_: float, **more: float) -> Line:
    values = {"history_10_us": 10.0, "cpu_us": 10 * ratio_, "ratio": ratio_, "bytes": 5.0,
              "bytes_after_10": 5.0, **more}  # fmt: skip
    return Line(kind="figure", section="adversarial", who=who, round=1, values=values)
