"""`consentry check`: inputs, forms, exit codes, bad lines."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.check.events import grant, lines, share, withdrawal

Capture = pytest.CaptureFixture[str]


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
    for text in ("9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+01:00"):
        assert main(["check", str(events), "--clock", text]) == 2
        assert "the instant is outside the years 1 to 9999" in capsys.readouterr().err
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


def test_what_is_not_read_is_named_and_the_exit_code_says_so(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(grant("g"), share("a")))
    assert main(["check", str(tmp_path)]) == 0
    (tmp_path / "b.csv").write_bytes(b"event_id\n")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(lines(share("b")))[:-3])
    capsys.readouterr()
    assert main(["check", str(tmp_path), "--format", "jsonl"]) == 2
    said = capsys.readouterr()
    assert f"{tmp_path}/b.csv: passed over: it begins with neither" in said.err
    assert f"{tmp_path}/c.jsonl.gz:2: rest of the file unread: the gzip data" in said.err
    assert "1 file of the folders was passed over" in said.err
    assert "2 files were not read, wholly or in part" in said.err
    records = [json.loads(line) for line in said.out.splitlines()]
    assert [(one["kind"], one["line"]) for one in records[:-1] if one["kind"] == "unread"] == [
        ("unread", 0), ("unread", 2),
    ]  # fmt: skip
    assert (records[-1]["read"], records[-1]["unread"]) == (3, 2)
    # Also with findings, and where all findings are let pass.
    (tmp_path / "d.jsonl").write_bytes(lines(share("x", subject_id="s2")))
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(tmp_path), "--fail-on", "NEVER"]) == 2
    assert main(["check", str(tmp_path), "--allow-unread"]) == 1
    assert main(["check", str(tmp_path), "--allow-unread", "--fail-on", "NEVER"]) == 0


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_lies_before_the_assessed_time_is_counted_apart(
    tmp_path: Path, capsys: Capture, processes: str
) -> None:
    """In the table, in JSON lines and in the report; nothing is found on it."""
    file, policy = tmp_path / "events.jsonl", tmp_path / "policy.toml"
    file.write_bytes(lines(share("a"), share("b", subject_id="s2")) * 2)
    policy.write_text("assess_from = 2099-01-01T00:00:00Z\n")
    command = ["check", str(file), "--policy", str(policy), "--processes", processes]
    assert main(command) == 0
    assert "2 duplicates, 2 not assessed; 2 persons" in capsys.readouterr().out
    assert main([*command, "--format", "jsonl"]) == 0
    summary = next(
        one
        for one in map(json.loads, capsys.readouterr().out.splitlines())
        if "not_assessed" in one
    )
    assert (summary["read"], summary["judged"], summary["not_assessed"]) == (4, 0, 2)
    page = tmp_path / "report.html"
    assert main([*command, "--output", str(page)]) == 0
    assert "not assessed" in page.read_text("utf-8")
    policy.write_text("")
    assert main([*command[:-1], processes]) == 1
    assert "not assessed" not in capsys.readouterr().out


@pytest.mark.parametrize("names", [("old", "new"), ("new", "old")])
def test_old_facts_give_the_same_whichever_file_comes_first(
    tmp_path: Path, capsys: Capture, names: tuple[str, str]
) -> None:
    long_ago = {
        "occurred_at": "2019-06-01T10:00:00.000Z",
        "recorded_at": "2019-06-01T10:00:00.000Z",
    }
    contents = {"old": lines(grant("g", **long_ago)), "new": lines(share("a"))}
    for name, content in contents.items():
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    files = [str(tmp_path / f"{name}.jsonl") for name in names]
    assert main(["check", *files, "--format", "jsonl", "--clock", "2031-01-01T00:00:00Z"]) == 0
    assert "NO_CONSENT" not in capsys.readouterr().out
