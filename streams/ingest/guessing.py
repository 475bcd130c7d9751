"""A first map of consent records, from what they hold. Every guess is marked as one.

What cannot be read off the data is left to people, and rejects until they decided: what a
purpose means, to whom data go, what an unknown word means. Which keys of the person are to be
used is theirs too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.decoders import read_json_value
from streams.ingest.guess_places import action_in, column_name, columns_of, purpose_in
from streams.ingest.guess_rules import GuessedRule, rule_lines, table_text, test_check
from streams.ingest.guess_text import quoted
from streams.ingest.guess_words import LISTS, MEANINGS, bare
from streams.ingest.observing import fan_outs, observe, plain_lists
from streams.ingest.outcomes import Stopped

_LEAST_COLUMNS: Final = 2
"""So many answers in a record, and none says what it is about: each is a purpose."""


@dataclass(frozen=True)
class GuessedMap:
    """A map and its table as texts; `open_questions` are the marks DECIDE in them."""

    map_text: str
    table_text: str

    @property
    def open_questions(self) -> int:
        """How many things people have to decide."""
        return (self.map_text + self.table_text).count("DECIDE")


def guess_map(name: str, records: Iterable[bytes]) -> GuessedMap:
    """A map of JSON records. Raises ConsentryError where there is nothing to guess from."""
    values: list[Any] = []
    for record in records:
        try:
            values.append(read_json_value(record))
        except Stopped:
            continue
    if not values:
        raise ConsentryError("none of the records is JSON", "Give records in JSON, one per line.")
    rules = _rules(values)
    if not rules:
        raise ConsentryError(
            "no place of the records holds words as yes, granted, unsubscribed",
            "Records of consent are looked for; write the map by hand (docs/ingest.md).",
        )
    lines = [
        "# A first map, made from records. Lines with `guess` are guesses: look at each.",
        "# Lines with DECIDE are yours; until then the map rejects.",
        "version = 1",
        f"name = {quoted(name)}",
        "",
        "[tables]",
        'purposes = "purposes.toml"',
        "",
        *test_check(rules[0].seen),
    ]
    for rule in rules:
        lines += rule_lines(name, rule)
    return GuessedMap("\n".join(lines), table_text(rules))


def _rules(values: list[Any]) -> list[GuessedRule]:
    """The rules of the map, by what the records can be divided by.

    Lists and objects of answers, lists of what an answer is about, columns of answers, or
    nothing.
    """
    for each in fan_outs(values):
        seen = observe(values, each)
        action = action_in(seen, of_item=True)
        if action is not None:
            return [GuessedRule("consent", seen, action, purpose_in(seen, action))]
    whole = observe(values)
    lists = plain_lists(values)
    stated = [(path, meaning) for path in lists if (meaning := _meaning_of(path)) is not None]
    if stated:
        return [
            GuessedRule(_name(path), observe(values, path), None, None, list_meaning=meaning)
            for path, meaning in sorted(stated)
        ]
    action = action_in(whole)
    purpose = None if action is None else purpose_in(whole, action)
    columns = columns_of(whole)
    if len(columns) >= _LEAST_COLUMNS and purpose is None:
        return [GuessedRule(column_name(one), whole, one, None, is_column=True) for one in columns]
    named = [path for path in lists if _name(path) in LISTS]
    if action is not None and purpose is None and named:
        each = max(named, key=lambda path: (lists[path], path))
        seen = observe(values, each)
        return [GuessedRule("consent", seen, seen.places[action.path], seen.places.get("item"))]
    return [] if action is None else [GuessedRule("consent", whole, action, purpose)]


def _name(path: str) -> str:
    """The last name of a list, in small letters, without signs."""
    return bare(path.removesuffix("[]").rpartition(".")[2])


def _meaning_of(path: str) -> str | None:
    """What it means to stand on a list that is called `optedIn`, `unsubscribed`."""
    name = _name(path)
    return MEANINGS.get(name) or MEANINGS.get(name.removesuffix("s"))
