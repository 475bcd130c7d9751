"""The codes: family, severity and articles as reviewed in `golden/codes.json`.

After a change that the legal model asks for:

    python -m tests.core.golden_codes

and read the difference.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.core.codes import CODES
from streams.core.instants import LATEST
from streams.core.vocabulary import Code
from tests.core.builders import buy, grant, message, share
from tests.core.golden_codes import GOLDEN, NOW, catalogue
from tests.core.stories import story

STORED: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))
UAVG_5 = "2026-08-31T22:00:00.000Z"
TELEPHONE = "2026-06-30T22:00:00.000Z"


@pytest.mark.parametrize("name", CODES)
def test_a_code_is_as_reviewed(name: str) -> None:
    assert catalogue()[name] == STORED.get(name)


def test_every_code_has_an_entry_and_a_number_of_its_own() -> None:
    assert list(STORED) == list(CODES) == list(Code)
    numbers = [entry.number for entry in CODES.values()]
    assert len(set(numbers)) == len(numbers)
    for letter in {number[0] for number in numbers}:
        of_letter = [number for number in numbers if number[0] == letter]
        assert of_letter == sorted(of_letter)


@pytest.mark.parametrize("name", STORED)
def test_a_code_cites_something_at_any_time(name: str) -> None:
    code = STORED[name]
    assert all(code["citations"].values())


def test_a_code_cites_something_at_the_last_instant() -> None:
    assert all(entry.citations_at(LATEST) for entry in CODES.values())


def test_codes_whose_articles_depend_on_the_date() -> None:
    dated = {
        c["number"]: sorted(c["citations"]) for c in STORED.values() if NOW not in c["citations"]
    }
    assert dated == {
        "S14": ["2026-08-31T21:59:59.999Z", UAVG_5],
        "M03": ["2026-06-30T21:59:59.999Z", TELEPHONE],
    }


@pytest.mark.parametrize(("ms", "text"), [(-1, "before 1 Sep 2026"), (0, "of 1 Sep 2026")])
def test_a_minor_is_judged_by_the_text_of_the_day(ms: int, text: str) -> None:
    """Not that of the day of judging: a share of 2025 is not held to UAVG 5 of 2026."""
    given = grant("2025-01-01T00:00:00Z", age_band="UNDER_16")
    cited = story(given, share(UAVG_5, ms=ms)).finding("S14").citations
    assert [c for c in cited if "UAVG" in c] == [f"UAVG 5(1)-(2) (text {text})"]


@pytest.mark.parametrize(("ms", "text"), [(-1, "(text before 1 Jul 2026)"), (0, "(Stb. 2025, 12)")])
def test_a_channel_is_judged_by_the_text_of_the_day(ms: int, text: str) -> None:
    sold = buy("2026-01-01T00:00:00Z")
    cited = story(sold, message(TELEPHONE, ms=ms, channel="FAX")).finding("M03").citations
    assert [c for c in cited if "Tw" in c] == [f"Tw 11.7(1),(2),(4) {text}"]
