"""Results for other programs: spreadsheets, pages and JSON obey no id."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.safe_text import safe
from tests.terminal.hostile import (
    NEVER,
    in_terminal,
    unsafe_in,
    write_shares,
)
from tests.terminal.hostile_events import accepted, letters, shares

__all__ = ["shares"]


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
