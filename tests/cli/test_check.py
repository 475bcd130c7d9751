"""`consentry check`: inputs, forms, exit codes, bad lines."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.check.events import grant, lines, share, withdrawal

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


@pytest.mark.parametrize("form", ["table", "html", "csv", "jsonl"])
def test_every_form_of_the_result_names_what_was_not_read(form: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(grant("g"), share("a")))
    (tmp_path / "b.csv").write_bytes(b"event_id\n")
    report = tmp_path / "report"
    assert main(["check", str(tmp_path), "--format", form, "-o", str(report)]) == 2
    if form != "csv":  # a row for each finding, and nothing else
        assert (
            "b.csv" if form != "table" else "not read, wholly or in part: 1."
        ) in report.read_text()


@pytest.mark.parametrize("form", ["table", "html", "csv", "jsonl"])
@pytest.mark.parametrize("clock", [None, "9999-12-31T23:59:59.999Z"])
def test_the_last_instant_of_the_calendar_is_reported_in_every_form(
    form: str, clock: str | None, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "events.jsonl"
    last = "9999-12-31T23:59:59.999Z"
    file.write_bytes(
        lines(
            share("s", occurred_at="9999-12-31T23:59:59.000Z"),
            withdrawal("w", occurred_at=last, action="OBJECTED", consent_id=None),
            share("x", occurred_at="1990-01-01T00:00:00.000Z"),
        )
    )
    options = [] if clock is None else ["--clock", clock]
    assert main(["check", str(file), "--format", form, *options]) == 1
    if form == "jsonl":
        duties = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {one["due_at"] for one in duties if one["kind"] == "duty"} == {last}


def test_a_result_is_its_owners_only_and_there_whole_or_not_at_all(
    events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = events.with_name("report.jsonl")
    target.write_text("old")
    target.chmod(0o644)
    linked = events.with_name("linked")
    linked.symlink_to(target)
    assert main(["check", str(events), "--format", "jsonl", "-o", str(linked)]) == 1
    assert linked.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text().startswith('{"kind":"finding"')
    before = target.read_bytes()

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("streams.check.report.lines.write_jsonl", broken)
    assert main(["check", str(events), "--format", "jsonl", "-o", str(target)]) == 2
    assert target.read_bytes() == before
    assert sorted(path.name for path in events.parent.iterdir()) == [
        "events.jsonl", "linked", "report.jsonl",
    ]  # fmt: skip


def test_the_result_does_not_replace_an_input_and_goes_to_devices(
    events: Path, capsys: Capture
) -> None:
    before = events.read_bytes()
    for given in (events, events.parent):
        assert main(["check", str(given), "-o", str(events)]) == 2
        assert "over the input" in capsys.readouterr().err
    assert events.read_bytes() == before
    assert main(["check", str(events), "-o", "/dev/null", "--format", "csv"]) == 1
    assert Path("/dev/null").is_char_device()
    assert main(["check", str(events), "-o", str(events.parent)]) == 2
    assert "it is a folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv", "r.html", "r.txt"])
def test_a_report_in_the_folder_of_the_events_is_not_read_again(name: str, events: Path) -> None:
    target = events.with_name(name)
    for _ in range(2):
        assert main(["check", str(events.parent), "-o", str(target)]) == 1
    if name == "r.jsonl":  # known for a report also where it is not the output
        assert main(["check", str(events.parent)]) == 1


@pytest.mark.parametrize("form", ["table", "html", "csv", "jsonl"])
def test_names_of_any_bytes_are_reported_in_every_form(
    form: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\xff.jsonl")
    Path(name).write_bytes(b"{\n" + lines(share("a")))
    Path(name + ".csv").write_bytes(b"x")
    report = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9")
    policy = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.toml")
    Path(policy).write_text('notify_deadline = "PT1H"')
    assert main(["check", str(tmp_path), "--format", form]) == 2
    assert main(["check", name, "--format", form, "-o", report]) == 1
    assert main(["check", name, "--format", form, "-o", report, "--policy", policy]) == 1
    assert main(["check", name + "x"]) == 2
    assert main(["check", name, "-o", name]) == 2
    assert main(["check", name, "-o", name + "/x"]) == 2
    said = capfdbinary.readouterr().err
    assert b"caf\\xe9\\xff.jsonl:1: UNPROCESSABLE_EVENT" in said
    assert b"Traceback" not in said


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
