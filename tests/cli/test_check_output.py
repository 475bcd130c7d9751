"""`consentry check`: its forms of output, and where the result goes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.check.events import grant, lines, share, withdrawal
from tests.cli.test_check import Capture


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
