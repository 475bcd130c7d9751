"""A part of a page has one place, and who forgot it reads what to write."""

from __future__ import annotations

import pytest

from tests.docs.generated import marks, with_parts

BEGIN, END = marks("keys of owl", "tests.docs.sink_tables")
PLACE = f"{BEGIN}\nold\n{END}\n"


def made(text: str) -> str:
    return with_parts(
        text, {"keys of owl": "new \\1\n"}, page="docs/sinks.md", maker="tests.docs.sink_tables"
    )


def test_a_part_is_written_between_its_lines() -> None:
    assert made(f"before\n{PLACE}after\n") == f"before\n{BEGIN}\nnew \\1\n{END}\nafter\n"


@pytest.mark.parametrize(("text", "places"), [("", "no place"), (PLACE * 2, "2 places")])
def test_a_part_without_a_place_says_which_lines_it_needs(text: str, places: str) -> None:
    with pytest.raises(ValueError, match=f"docs/sinks.md has {places} for “keys of owl”") as caught:
        made(text)
    assert f"\n{BEGIN}\n{END}" in str(caught.value)
