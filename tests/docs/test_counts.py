"""Prose that says how many codes there are says what the catalogue holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.core.codes import CODES

ROOT = Path(__file__).parents[2]
COUNTED = re.compile(r"\b(\d+) codes\b|catalogue-(\d+)-codes")
PROSE = sorted(
    path
    for pattern in (
        "README.md",
        "docs/**/*.md",
        "bench/**/*.md",
        "schemas/*.avsc",
        "streams/**/*.py",
    )
    for path in ROOT.glob(pattern)
)


def wrong(text: str) -> list[str]:
    """The numbers of codes in a text that are not that of the catalogue."""
    found = [one or other for one, other in COUNTED.findall(text)]
    return [number for number in found if int(number) != len(CODES)]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_number_of_codes_is_that_of_the_catalogue(path: Path) -> None:
    assert wrong(path.read_text("utf-8")) == []


def test_another_number_is_found() -> None:
    assert wrong(f"all {len(CODES)} codes, of {len(CODES) + 1} codes") == [str(len(CODES) + 1)]


def test_the_number_is_stated_where_readers_look_for_it() -> None:
    stated = [p.name for p in PROSE if COUNTED.search(p.read_text("utf-8"))]
    assert {"legal-model.md", "finding.avsc", "samples.md"} <= set(stated)
