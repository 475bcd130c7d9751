"""Coverage: values without a word, words that never come, a ratio; personal values hidden."""

from __future__ import annotations

from streams.ingest.coverage import HIDDEN, Coverage
from tests.ingest.maps import HEAD, PLAIN, RECORD, mapping

MAP = (
    HEAD
    + """
[[check]]
from = "top.kind"
words = {consent = "pass", test = {ignore = "a test"}}
absent = "pass"
[tables.lists.news]
channels = ["EMAIL"]
[tables.lists.old]
ignore = "closed"
"""
    + PLAIN.replace("[event.set]", 'table = {name = "lists", from = "top.list"}\n[event.set]')
)


def test_what_is_seen_and_what_is_not() -> None:
    counted = Coverage(mapping(MAP))
    for change in (
        {"list": "news"}, {"list": "news", "answer": "no"}, {"list": "new"},
        {"list": "news", "answer": "maybe"}, {"list": "news", "answer": "anna@example.nl"},
        {"kind": "test", "answer": "never looked at"},
    ):  # fmt: skip
        counted.add(RECORD | change)
    counted.add(b"{")
    places = {place.path: place for place in counted.places.values()}
    assert places["top.answer"].unmapped == {"maybe": 1, HIDDEN: 1}
    assert places["top.list"].unmapped == {"new": 1}
    assert places["top.list"].never_seen == ["old"]
    assert places["top.kind"].never_seen == ["consent"]
    assert (counted.records, counted.events, counted.ignored.total()) == (7, 2, 1)
    assert counted.rejected.total() == 4
    assert counted.ratio == 1 - 4 / 7


def test_names_and_elements_are_values_too() -> None:
    text = (HEAD + PLAIN).replace(
        "[event.set]",
        "[event.set]\n"
        'data_categories = {keys_of = "top.row", words = {mail = "EMAIL", tel = "PHONE"}}\n'
        'channels = {from = "top.channels", words = {e = "EMAIL", s = "SMS"}}',
    )
    counted = Coverage(mapping(text))
    counted.add(RECORD | {"row": {"mail": 1, "shoe": 2}, "channels": ["e", "x"]})
    places = {place.path: place for place in counted.places.values()}
    assert (places["top.row"].unmapped, places["top.row"].never_seen) == ({"shoe": 1}, ["tel"])
    assert (places["top.channels"].unmapped, places["top.channels"].never_seen) == ({"x": 1}, ["s"])


def test_nothing_seen_is_no_fault() -> None:
    assert Coverage(mapping(MAP)).ratio == 1
