"""`consentry check`: inputs, forms, exit codes, bad lines."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.offline.events import grant, lines, share, withdrawal

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """One violation, HIGH."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(share("a"), grant("g", subject_id="s2"), share("b", subject_id="s2")))
    return file


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 1),
        (["--fail-on", "HIGH"], 1),
        (["--fail-on", "critical"], 0),
        (["--fail-on", "NEVER"], 0),
    ],
)
def test_exit_code_follows_the_level(events: Path, options: list[str], status: int) -> None:
    assert main(["check", str(events), *options]) == status


def test_open_duties_and_bad_lines_count_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(grant("g"), share("a"), withdrawal("w")))
    assert main(["check", str(file)]) == 0
    assert main(["check", str(file), "--fail-on", "OBLIGATION"]) == 1
    file.write_bytes(lines(grant("g"), share("a")) + b"{\n")
    assert main(["check", str(file)]) == 0
    assert main(["check", str(file), "--fail-on", "ADVISORY"]) == 0
    assert main(["check", str(file), "--fail-on", "QUALITY"]) == 1


def test_bad_lines_are_named_and_counted(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"{\n" + lines(share("a", lia_ref="jan@example.nl")) + lines(grant("g")))
    assert main(["check", str(file), "--fail-on", "NEVER"]) == 0
    said = capsys.readouterr()
    assert f"{file}:1: UNPROCESSABLE_EVENT: the JSON cannot be read" in said.err
    assert f"{file}:2: RAW_PERSONAL_DATA_IN_EVENT: lia_ref holds an e-mail" in said.err
    assert "2 of 3 records were not judged" in said.err
    assert "jan@" not in said.err + said.out


def test_many_bad_lines_are_cut_short(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"{\n" * 500 + lines(grant("g")))
    assert main(["check", str(file)]) == 0
    said = capsys.readouterr().err
    assert said.count("UNPROCESSABLE_EVENT") == 20
    assert "... and 480 more bad lines" in said


@pytest.mark.parametrize("content", [b"{\n[1]\n", b"", b"\n\n"])
def test_unusable_input(tmp_path: Path, content: bytes, capsys: Capture) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(content)
    assert main(["check", str(file), "--fail-on", "NEVER"]) == 2
    assert "error: " in capsys.readouterr().err


def test_names_that_are_nothing_and_wrong_options(events: Path, capsys: Capture) -> None:
    assert main(["check", str(events) + "x"]) == 2
    assert "no file or folder" in capsys.readouterr().err
    assert main(["check", str(events), "--clock", "yesterday"]) == 2
    assert "--clock is 'yesterday'" in capsys.readouterr().err
    assert main(["check", str(events), "--fail-on", "SOMETIMES"]) == 2
    policy = events.with_name("policy.toml")
    policy.write_text("notify_deadlin = 1")
    assert main(["check", str(events), "--policy", str(policy)]) == 2
    assert f"{policy}:1: notify_deadlin" in capsys.readouterr().err
    assert main(["check", str(events), "-o", str(events.parent / "none" / "x.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_folder_packed_files_and_stdin_are_one_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines(share("a"))))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(grant("g")))))
    assert main(["check", str(folder), "-", "--format", "jsonl"]) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["read"] == 2
    assert summary["findings"] == 0


def test_the_ending_of_the_output_is_its_form(events: Path, capsys: Capture) -> None:
    for name, start in (
        ("r.html", "<!DOCTYPE html>"),
        ("r.csv", "\ufeffkind,code,"),
        ("r.jsonl", '{"kind":"finding"'),
        ("r.txt", "3 records read"),
    ):
        target = events.with_name(name)
        assert main(["check", str(events), "--output", str(target)]) == 1
        assert target.read_text("utf-8").lstrip().startswith(start)
    assert capsys.readouterr().out == ""


def test_a_form_that_is_named_wins(events: Path) -> None:
    target = events.with_name("r.txt")
    assert main(["check", str(events), "--format", "html", "-o", str(target)]) == 1
    assert target.read_text().lstrip().startswith("<!DOCTYPE html>")


def test_the_policy_and_the_clock_count(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(grant("g"), share("a"), withdrawal("w")))
    policy = tmp_path / "mine.toml"
    policy.write_text('notify_deadline = "PT1H"')
    options = ["--clock", "2026-09-01T12:00:00.001Z", "--format", "jsonl"]
    assert main(["check", str(file), *options]) == 0
    capsys.readouterr()
    assert main(["check", str(file), "--policy", str(policy), *options]) == 1
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["code"] == "RECIPIENT_NOT_NOTIFIED"
    assert first["policy_version"].startswith("mine+")
