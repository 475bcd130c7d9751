"""The bench of delivery finds what it sends, on a real broker."""

from __future__ import annotations

from pathlib import Path

from bench.recorder import Recorder
from bench.sections.section import Bench
from bench.siem import bare_stage


def test_what_is_sent_is_found_where_it_arrives(kafka: str, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", {})
    bench = Bench(kafka, tmp_path, recorder, 1, short=True, partitions=2)
    found = bare_stage(bench, (0.5, 2.0))
    assert found["samples"] > 100
    assert 0 < found["p50_ms"] <= found["p99_ms"]
