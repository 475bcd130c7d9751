"""Names that differ by case alone are shown; of too many none are, in whatever order they came."""

from __future__ import annotations

from streams.check.names import MOST_NAMES, Names


def test_names_that_differ_by_case_alone_are_shown() -> None:
    names = Names()
    names.controllers = {"SHOP", "shop", "OTHER"}
    assert names.alike == {"controllers": [["SHOP", "shop"]], "recipients": []}


def test_where_there_are_more_than_are_compared_none_are_shown() -> None:
    """Else it depended on which came first, and on how many processes there are."""
    parts = Names(), Names()
    for first, part in enumerate(parts):
        part.recipients = {f"r{number}" for number in range(first, MOST_NAMES, 2)} | {"R1"}
        assert len(part.recipients) < MOST_NAMES
    parts[0].add(parts[1])
    assert parts[0].alike == {"controllers": [], "recipients": []}
