"""A run goes on when a part fails, says so, and leaves nothing behind."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.recorder import Recorder
from bench.results import read
from bench.run import SECTIONS, measure
from bench.sections import disk, latency
from bench.sections.arrivals import FEWEST
from bench.sections.section import Bench, Section


@pytest.fixture
def bench(kafka: str, tmp_path: Path) -> Bench:
    return Bench(kafka, tmp_path, Recorder(tmp_path / "run.jsonl", {}), 1, short=True, partitions=2)


def test_a_section_that_fails_or_hangs_ends_alone(bench: Bench) -> None:
    def fails(_bench: Bench) -> None:
        raise ValueError("a bug")

    def hangs(_bench: Bench) -> None:
        time.sleep(60)

    def works(bench: Bench) -> None:
        bench.record.figure("works", "it", 1, {"one": 1})

    for name, run in (("fails", fails), ("hangs", hangs), ("works", works)):
        measure(bench, Section(name, "", run, 1))
    found = read(bench.record.file)
    assert [(one.section, one.what) for one in found.faults()] == [
        ("fails", "ValueError: a bug"),
        ("hangs", "the section hangs took longer than 1 s"),
    ]
    assert len(found.figures("works")) == 1


@pytest.mark.timeout(240)
def test_produce_to_consume_alone_is_measured(bench: Bench) -> None:
    latency.once(bench, None, {"low": 400.0}, 1, of_peak=False)
    (line,) = read(bench.record.file).figures("latency", latency.NOBODY)
    values = line.values
    assert values["samples"] >= FEWEST
    assert values["not_read"] == 0
    assert 0 < values["p50_ms"] <= values["p95_ms"] <= values["p99_ms"] <= values["highest_ms"]


SCRIPT = """
import json, sys
with open(sys.argv[sys.argv.index("--results") + 1], "w") as file:
    for line in {lines!r}:
        print(json.dumps(line), file=file)
sys.exit({status})
"""


@pytest.mark.parametrize(
    ("status", "faults"), [(0, []), (3, ["exit status 3: (it said nothing)"])], ids=["well", "ill"]
)
def test_figures_of_a_script_are_taken(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, faults: list[str]
) -> None:
    lines = [{"who": "changelog", "values": {"rows_per_s": 7}}]
    module = tmp_path / "script.py"
    module.write_text(SCRIPT.format(lines=lines, status=status))
    monkeypatch.setattr(disk, "find_spec", lambda _name: object())
    monkeypatch.setattr(disk, "arguments", lambda _name: [sys.executable, str(module)])
    disk.script("restore")(bench)
    found = read(bench.record.file)
    assert [one.values for one in found.figures("restore", "changelog")] == [{"rows_per_s": 7}]
    assert [one.what for one in found.faults()] == faults


def test_a_script_that_is_not_there_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "find_spec", lambda _name: None)
    disk.script("restore")(bench)
    (fault,) = read(bench.record.file).faults()
    assert "no script bench/restore.py" in fault.what


def test_a_section_that_is_unknown_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "throughputs"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "throughputs" in said
    assert all(section.name in said for section in SECTIONS)


def test_every_line_of_a_run_is_json(bench: Bench) -> None:
    bench.fault("a", "b", "c")
    bench.record.end()
    for line in bench.record.file.read_text("utf-8").splitlines():
        json.loads(line)
