"""Ids and texts of others on a real terminal, in pipes of any encoding, and in files."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.safe_text import safe
from tests.terminal.hostile import (
    PLAIN_ESCAPES,
    in_terminal,
    unsafe_in,
)
from tests.terminal.hostile_events import accepted, letters, run, shares

__all__ = ["shares"]


@pytest.mark.parametrize("columns", [40, 100, 300])
def test_check_shows_ids_letter_by_letter_on_a_terminal(shares: Path, columns: int) -> None:
    shown, status = in_terminal(["check", str(shares)], columns=columns)
    assert status == 1
    assert unsafe_in(shown) == set()
    together = letters(shown)
    for name in accepted(shares):
        assert letters(safe(name)) in together
    assert not re.search(r"^(error: forged|2026-01-01)", shown, re.MULTILINE)


def test_bad_lines_and_file_names_stay_in_their_line(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/x\n\x1b[2Jerror: forged \xe2\x80\xaex.jsonl"
    content = b'{"event_type": "data-share", "\\u001b[31m\\u202e": 1}\nnonsense\n'
    Path(os.fsdecode(name)).write_bytes(content)
    shown, status = in_terminal(["check", os.fsdecode(name)])
    assert status == 2
    assert unsafe_in(shown) == set()
    assert "/x\\n\\x1b[2Jerror: forged \\u202ex.jsonl:1" in shown
    assert not re.search(r"^error: forged", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "command", [["check"], ["produce"], ["policy", "check"], ["explain", "x", "--input"]]
)
def test_a_file_that_is_missing_is_named_in_one_line(command: list[str]) -> None:
    name = os.fsdecode(b"/nowhere/caf\xe9\n\x1b[2Jerror: forged \xe2\x80\xae")
    if command[0] == "explain":
        command = ["explain", "c3c704f6-6213-56b6-939b-48b10a12705b", "--input"]
    shown, status = in_terminal([*command, name], environment={"CONSENTRY_BROKERS": "127.0.0.1:1"})
    assert status == 2
    assert unsafe_in(shown) == set()
    assert "caf\\xe9\\n\\x1b[2Jerror: forged \\u202e" in shown
    assert len(shown.splitlines()) <= 2


def test_explain_shows_a_finding_letter_by_letter(shares: Path, tmp_path: Path) -> None:
    findings = tmp_path / "findings.jsonl"
    assert main(["check", str(shares), "--output", str(findings)]) == 1
    found = [json.loads(line) for line in findings.read_text("utf-8").splitlines()]
    shown_ones = [one for one in found if one.get("recipient_id") and one["kind"] == "finding"]
    assert len(shown_ones) > 5
    for one in shown_ones[::5]:
        arguments = ["explain", one["violation_id"], "--input", str(findings)]
        shown, status = in_terminal(arguments, columns=2000)
        assert status == 0
        assert unsafe_in(shown) == set()
        assert safe(one["event_id"]) in shown
        assert safe(one["recipient_id"]) in shown
        assert "error: forged" not in shown.splitlines()
        as_json, _ = in_terminal([*arguments, "--json"], columns=2000)
        assert unsafe_in(as_json) == set()
        assert json.loads(as_json)["finding"]["event_id"] == one["event_id"]


def test_explain_of_a_file_of_others_does_not_trust_its_fields(tmp_path: Path) -> None:
    identifier = "c3c704f6-6213-56b6-939b-48b10a12705b"
    finding = dict.fromkeys(("severity", "status", "reason", "event_type", "event_id", "detected_at", "explanation_en", "explanation_nl", "remediation_en", "remediation_nl"), "x\x1b[2J\nerror: forged \u202e")  # fmt: skip
    finding |= {"violation_id": identifier, "code": "[red]\x9b31m"}
    file = tmp_path / "findings.jsonl"
    file.write_text(json.dumps({**finding, "citations": ["\x1bc"], "revision": 1}))
    shown, status = in_terminal(["explain", identifier, "--input", str(file)])
    assert status == 0
    assert unsafe_in(shown) == set()
    assert not re.search(r"^error: forged", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "latin-1", "LANG=C"],
)
@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--format", "jsonl"],
        ["check", "--format", "csv"],
        ["policy", "show", "--defaults"],
        ["explain", "NO_CONSENT"],
        ["explain", "NO_CONSENT", "--json"],
        ["topics", "create", "--dry-run"],
        ["--help"],
        ["check", "--help"],
    ],
    ids=" ".join,
)
def test_no_encoding_of_a_stream_stops_a_command(
    shares: Path, arguments: list[str], environment: dict[str, str]
) -> None:
    inputs = [str(shares)] if arguments[0] == "check" and "--help" not in arguments else []
    done = run(*arguments, *inputs, env=environment)
    assert b"Traceback" not in done.stderr
    assert done.returncode == (1 if inputs else 0), done.stderr
    if arguments[-1] == "--json":
        assert json.loads(done.stdout)["code"] == "NO_CONSENT"


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"]
)
@pytest.mark.parametrize("command", ["check", "explain"])
def test_no_styles_where_they_are_not_wanted(
    shares: Path, command: str, environment: dict[str, str]
) -> None:
    shown, _ = in_terminal(
        [command, str(shares) if command == "check" else "S07"], environment=environment
    )
    colours = re.findall(r"\x1b\[[0-9;]*m", shown)
    assert not [one for one in colours if re.search(r"[34][0-7]", one)]
    if environment == {"TERM": "dumb"}:
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    "command", [["alerts"], ["alerts", "check"], ["sinks"], ["check"], ["worker"]]
)
def test_help_is_shown_as_it_is_written(command: list[str]) -> None:
    from typer.main import get_command

    from streams.cli.main import application

    shown, _ = in_terminal([*command, "--help"], columns=300)
    here = get_command(application())
    for name in command:
        here = here.commands[name]  # type: ignore[attr-defined]
    texts = [here.help or "", *(getattr(one, "help", None) or "" for one in here.params)]
    texts += [(one.help or "").split("\n\n")[0] for one in getattr(here, "commands", {}).values()]
    plain = PLAIN_ESCAPES.sub("", shown)
    for text in texts:
        for word in text.split():
            assert word in plain, word


def test_a_slip_on_the_command_line_is_shown_letter_by_letter() -> None:
    for arguments in (
        ["\x1b[31mx"],
        ["check", "--\x1b[2J\n"],
        ["check", "x", "--fail-on", "\x9bx"],
    ):
        shown, status = in_terminal(arguments)
        assert status == 2
        assert unsafe_in(shown) == set()
        assert "\x1b[31m" not in shown
        assert "\x1b[2J" not in shown
        assert shown.startswith("error: ")
