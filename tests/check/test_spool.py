"""Without room for them facts and findings are kept on disk, and the result is the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.check import memory, spool
from streams.check.memory import MIB, MemoryBound
from streams.check.processes import run_shared
from streams.check.report.lines import write_jsonl
from streams.check.report.page import render_page
from streams.check.result import Result, run_check
from streams.check.spool import OnDisk
from streams.cli.main import main
from streams.core.instants import parse_instant
from streams.core.policy import default_policy
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.policy_file import load_policy
from tests.check.events import lines, share

CLOCK = parse_instant("2026-11-01T00:00:00Z")
LIMIT = 200 * MIB


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is always over what it should hold, and never over what it may."""
    monkeypatch.setattr(memory, "resident", lambda: int(LIMIT * 0.7))
    monkeypatch.setattr(memory, "_LOOK_EVERY", 1)
    monkeypatch.setattr(spool, "AT_LEAST", 3)


def lines_of(result: Result, tmp_path: Path) -> list[str]:
    """All of a result as lines, without ids that are drawn where one held a personal value."""
    with (tmp_path / "out").open("wb") as file:
        write_jsonl(result, file)
    return [line for line in (tmp_path / "out").read_text().splitlines() if '"ref-' not in line]


def test_on_disk_all_is_found_that_is_found_in_memory(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sample = make_sample(SampleOptions(subjects=150, seed=4, until=CLOCK))
    write_sample(sample, tmp_path, Form.JSONL)
    stream = tmp_path / "stream.jsonl"
    # The same refused record twice is one finding, also where the first one is on disk.
    again = lines(share("twice", purpose="WHAT"))
    stream.write_bytes(again + stream.read_bytes() + b"{\n" + again)
    policy = load_policy(tmp_path / "policy.toml")
    inputs = InputFiles([str(stream)])
    held = run_check(inputs, policy, CLOCK, with_timelines=True, memory=None)
    request.getfixturevalue("short")
    spilled = run_check(inputs, policy, CLOCK, with_timelines=True, memory=LIMIT)
    assert isinstance(spilled.findings, OnDisk)
    assert isinstance(spilled.rejected, OnDisk)
    assert isinstance(held.findings, list)
    assert len(held.findings) > 30
    assert lines_of(spilled, tmp_path) == lines_of(held, tmp_path)
    assert spilled.findings[:5] == held.findings[:5]
    assert spilled.duties[-1] == held.duties[-1]
    if not any('"ref-' in one.event_id for one in held.findings):
        for one in held.findings:
            assert spilled.moments.get(one.violation_id) == held.moments.get(one.violation_id)
    pages = [render_page(one, details=20) for one in (held, spilled)]
    assert pages[0].count("<article>") == pages[1].count("<article>") == 20


@pytest.mark.usefixtures("short")
def test_facts_come_back_by_subject(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    events = [share(f"e{n}", subject_id=f"s{n % 7}", trace_id=str(n)) for n in range(100)]
    file.write_bytes(lines(*events))
    result = run_check(InputFiles([str(file)]), default_policy(), None, memory=LIMIT)
    assert (result.subjects, result.read, len(result.findings)) == (7, 100, 100)


def test_one_person_with_more_than_fits_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(*(share(f"e{n}") for n in range(600))))
    monkeypatch.setattr(memory, "resident", lambda: LIMIT)
    assert main(["check", str(file), "--memory", "200"]) == 2
    said = capsys.readouterr().err
    assert "the events of one person need more than the memory that is allowed (200 MiB)" in said
    assert "--memory" in said
    assert "s1" not in said


def test_what_another_process_refuses_is_said_here(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(*(share(f"e{n}") for n in range(600))))
    with pytest.raises(ConsentryError, match="the events of one person"):
        run_shared(InputFiles([str(file)]), default_policy(), None, processes=2, memory=3 * MIB)


def test_temporary_files_that_cannot_be_written_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    import sqlite3

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    request.getfixturevalue("short")
    monkeypatch.setattr(spool, "write_many", full)
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(*(share(f"e{n}") for n in range(600))))
    assert main(["check", str(file), "--memory", "200", "--processes", "1"]) == 2
    said = capsys.readouterr().err
    assert "the temporary files cannot be used: database or disk is full" in said
    assert "TMPDIR" in said


def test_processes_that_do_not_fit_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(share("a")))
    assert main(["check", str(file), "--memory", "300", "--processes", "2"]) == 2
    assert "Allow 480 MiB with --memory" in capsys.readouterr().err


def test_every_meter_looks_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "resident", lambda: 2 * MIB)
    room = MemoryBound(MIB)
    meters = [room.meter() for _ in range(3)]
    over = [[meter.is_over(1_000, 1.0) for meter in meters] for _ in range(600)]
    assert all(any(column) for column in zip(*over, strict=True))
    assert not any(MemoryBound(None).meter().is_over(10**9, 1.0) for _ in range(3))


MOST = """
import re, sys
from pathlib import Path
from streams.cli.main import main
status = main(sys.argv[1:])
sys.stdout.flush()
# Not getrusage: its maximum begins with that of the process that started this one.
most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(int(most[1]) // 1024, file=sys.stderr)
sys.exit(status)
"""


def memory_of(*arguments: str) -> tuple[int, int, str]:
    """Exit code of a command, the MiB that it took at most, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", MOST, *arguments],
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    *said, most = done.stderr.splitlines()
    return done.returncode, int(most), "\n".join(said)


@pytest.mark.skipif(sys.platform != "linux", reason="sizes of processes differ")
def test_a_sound_input_that_does_not_fit_is_judged_within_the_limit(tmp_path: Path) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    count = 60_000
    with file.open("wb") as events:
        for n in range(count):
            events.write(lines(share(f"e{n}", subject_id=f"s{n % 9_000}", trace_id=str(n))))
    status, most, said = memory_of(
        "check", str(file), "--memory", "160", "--processes", "1", "-o", str(out)
    )
    assert (status, said) == (1, "")
    assert most < 160
    with out.open("rb") as results:
        *findings, summary = results
    assert len(findings) == count
    assert json.loads(summary)["findings"] == count


@pytest.mark.parametrize("on_disk", [False, True])
def test_of_records_with_one_id_the_earliest_has_the_finding_in_whatever_order(
    tmp_path: Path, request: pytest.FixtureRequest, *, on_disk: bool
) -> None:
    if on_disk:
        request.getfixturevalue("short")
    files = []
    for day in (2, 3):
        at = f"2026-12-0{day}T10:00:00.000Z"  # after the clock: they are refused
        files.append(tmp_path / f"{day}.jsonl")
        files[-1].write_bytes(lines(*(share(f"e{n}", occurred_at=at) for n in range(9))))
    limit = LIMIT if on_disk else None
    for order in (files, files[::-1]):
        inputs = InputFiles([str(file) for file in order])
        found = list(run_check(inputs, default_policy(), CLOCK, memory=limit).findings)
        assert len(found) == 9
        assert {one.occurred_at for one in found} == {parse_instant("2026-12-02T10:00:00.000Z")}
