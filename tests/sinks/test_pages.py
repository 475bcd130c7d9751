"""The page for 10,000 bad shares: it fits on a phone, and says what to do first."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.sinks.pages import FOLDER, TARGETS, golden, pages

FOR_PEOPLE = [target for target in TARGETS if target != "webhook"]
PHONE_LINES, PHONE_COLUMNS = 30, 45
"""What a phone shows of small print without a second screen."""

SHORTHAND = re.compile(
    r"in all|provisional|assess_from|\+\d+ more|e\.g\.|etc\.|\bp\d\d\b", re.IGNORECASE
)


def lines_on_a_phone(page: str) -> list[str]:
    """The lines that a page takes, without what only programs look at."""
    text = "\n".join(line for line in page.splitlines() if not line.startswith("("))
    return [part for line in text.splitlines() for part in textwrap.wrap(line, PHONE_COLUMNS)]


@pytest.mark.parametrize("target", TARGETS)
def test_a_page_is_as_it_was_read_and_agreed(target: str) -> None:
    agreed = (FOLDER / f"page.{target}.txt").read_text("utf-8")
    assert golden(target) == agreed, "python -m tests.sinks.pages writes it again"


@pytest.mark.parametrize("target", FOR_PEOPLE)
@pytest.mark.parametrize("name", ["first", "tenfold", "first, nl", "first, 400 recipients"])
def test_a_page_fits_on_a_phone_and_says_what_to_do_first(target: str, name: str) -> None:
    page = pages(target)[name]
    lines = lines_on_a_phone(page)
    assert len(lines) <= PHONE_LINES, lines
    # What is to be done stands at the top, before anything that explains.
    top = " ".join(lines[:8])
    assert "Stop the export" in top or "Stop de export" in top
    assert re.search(r"\d+ (found|findings|gevonden) in|grown to", " ".join(lines[:3]))
    assert re.search("minute|minuut", " ".join(lines[:4])), "the pace"
    assert "ADNET" in lines[0] + lines[1] or "recipients" in " ".join(lines[:4])
    assert not SHORTHAND.search(page)


@pytest.mark.parametrize("target", TARGETS)
def test_an_alert_has_one_time_zone(target: str) -> None:
    for page in pages(target).values():
        # What programs read is in UTC, always; people read one zone, in texts.
        people = page if target in FOR_PEOPLE else ""
        assert "Z\n" not in "\n".join(line for line in people.splitlines() if line[:1] != "(")
        zones = set(re.findall(r"\d\d:\d\d ([A-Z]{3,4})\b", page))
        assert zones <= {"CEST"}


@pytest.mark.parametrize("target", FOR_PEOPLE)
def test_a_resolve_says_why_and_gives_no_order(target: str) -> None:
    page = pages(target)["resolved"]
    assert "Stop" not in page
    assert "all 10,000 are closed, because records that arrived later show" in page
    assert "What remains" in page
