"""Ids and texts of others on a real terminal, in pipes of any encoding, and in files."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.core.events import DataShare
from streams.safe_text import safe
from streams.wire.decode import Decoded, decode
from tests.terminal.hostile import (
    CONSENTRY,
    IDS,
    NEVER,
    PLAIN_ESCAPES,
    in_terminal,
    unsafe_in,
    write_shares,
)

TINY = {
    # What rich breaks into several lines, put together again: blanks and marks of layout go.
    "blanks": re.compile(r"\s+"),
}


def letters(text: str) -> str:
    """A text without the blanks and ends of lines that layout puts in."""
    return TINY["blanks"].sub("", PLAIN_ESCAPES.sub("\n", text))


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shares(tmp_path_factory.mktemp("hostile") / "shares.jsonl", list(IDS.values()))


def accepted(file: Path) -> set[str]:
    """The recipients of those records that can be read as events."""
    names: set[str] = set()
    for line in file.read_bytes().splitlines():
        read = decode(line, None)
        if isinstance(read, Decoded) and isinstance(read.event, DataShare):
            names.add(read.event.recipient_id)
    assert len(names) > 5
    return names


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", CONSENTRY, *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | (env or {}),
    )


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


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_forms_for_programs_are_harmless_on_a_terminal_and_mean_the_same(
    shares: Path, form: str
) -> None:
    shown, _ = in_terminal(["check", str(shares), "--format", form], columns=5000)
    assert unsafe_in(shown.replace("\ufeff", "", 1)) == set()
    if form == "jsonl":
        found = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
        assert accepted(shares) <= {one.get("recipient_id") for one in found}


def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    starts = [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2",
        "@SUM(1)",
        "＝1+1",
        " =1",
        "a;=1+1",
        "\t=1",
        "\r=1",
    ]
    file = write_shares(tmp_path / "formulas.jsonl", starts)
    output = tmp_path / "findings.csv"
    main(["check", str(file), "--output", str(output)])
    rows = list(csv.DictReader(output.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2 * len(starts)
    for row in rows:
        for cell in row.values():
            # Also where a semicolon is taken for the separator, as Dutch spreadsheets do.
            for part in cell.split(";"):
                assert part.strip()[:1] not in {*"=+-@＝"}, cell
            assert not NEVER.search(cell)


class Page(HTMLParser):
    """Collects the tags and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.isolated: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "bdi" in self._within[-1:]:
            self.isolated.append(data)


def test_the_report_obeys_no_id(shares: Path, tmp_path: Path) -> None:
    right_to_left = "אבג-12"
    more = write_shares(tmp_path / "more.jsonl", [right_to_left, "<script>alert(1)</script>"])
    output = tmp_path / "report.html"
    main(["check", str(shares), str(more), "--output", str(output)])
    text = output.read_text("utf-8")
    assert set(NEVER.findall(text)) == set()
    page = Page()
    page.feed(text)
    assert page.tags.isdisjoint({"script", "img"})
    assert "אבג" in page.isolated
    assert any("<script>alert(1)</script>" in one for one in page.texts)
    together = letters("".join(page.texts))
    for name in accepted(shares):
        assert letters(safe(name)) in together


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
        ["policy", "show"],
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

    from streams.cli.main import app

    shown, _ = in_terminal([*command, "--help"], columns=300)
    here = get_command(app)
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
