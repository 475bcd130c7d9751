"""docs/events.md names every assumption that is counted, and what makes it vanish."""

from __future__ import annotations

import re
from pathlib import Path

from streams.core.texts.assumed import ASSUMED

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def fields_of(page: str) -> set[str]:
    """The fields in the first column of the table about assumptions."""
    section = page.split("## What is assumed where a field is left out")[1].split(
        "\n## ", maxsplit=1
    )[0]
    rows = [line.split("|")[1:4] for line in section.splitlines() if line.startswith("| `")]
    assert all(remedy.strip() for _, _, remedy in rows)
    return {field for first, _, _ in rows for field in re.findall(r"`(\w+)`", first)}


def test_every_assumption_has_a_row() -> None:
    page = PAGE.read_text("utf-8")
    assert fields_of(page) == set(ASSUMED)
    assert fields_of(page.replace("| `age_band` | 16", "| age_band | 16")) != set(ASSUMED)
