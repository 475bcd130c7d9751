"""Which values of records a map knows, and which of the map's words no record has.

Both are signs: a value without a word is rejected, record by record, until somebody decides
what it means; a word that never comes may be misspelt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from streams.ingest.conditions import Check
from streams.ingest.fan_out import AbsentListError, walk
from streams.ingest.mapping import Mapping as BoundMap
from streams.ingest.outcomes import IgnoredItem, MappedEvent, Outcome, RejectedItem, Stopped
from streams.ingest.paths import Getter, Scope, SourcePath, word_of
from streams.ingest.rules import EventRule
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

MOST_VALUES: Final = 1000
"""Different values of one place that are kept; there are no more in a vocabulary."""
_LONGEST_SHOWN: Final = 80
HIDDEN: Final = "(a value that may be personal)"


@dataclass
class WordPlace:
    """A place of the record whose values the map lists: `known`, and how often each was seen."""

    rule: str
    path: str
    known: frozenset[str]
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def unmapped(self) -> dict[str, int]:
        """Values that the map has no word for, most frequent first, as they may be shown."""
        found: Counter[str] = Counter()
        for word, count in self.seen.most_common():
            if word not in self.known:
                found[_shown(word)] += count
        return dict(found)

    @property
    def never_seen(self) -> list[str]:
        """Words of the map that no record had."""
        return sorted(self.known - set(self.seen))


@dataclass
class Coverage:
    """Records through a map, counted."""

    mapping: BoundMap
    records: int = 0
    events: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.places: dict[tuple[str, str], WordPlace] = {}
        spec = self.mapping.spec
        for check in spec.checks:
            self._declare("", check.paths[0].text, check.words)
        for rule in spec.rules:
            for path, words, _ in _words_of(rule):
                self._declare(rule.name, path, words)

    @property
    def ratio(self) -> float:
        """The share of outcomes that the map decided: events and what it ignores."""
        outcomes = self.events + self.ignored.total() + self.rejected.total()
        return 1.0 if outcomes == 0 else 1 - self.rejected.total() / outcomes

    def add(self, record: Any, headers: Mapping[str, str] | None = None) -> list[Outcome]:
        """Apply the map to a record, and count."""
        outcomes = self.mapping.apply(record, headers)
        self.records += 1
        for outcome in outcomes:
            match outcome:
                case MappedEvent():
                    self.events += 1
                case IgnoredItem(reason=reason):
                    self.ignored[reason] += 1
                case RejectedItem(reason=reason):
                    self.rejected[reason] += 1
        with suppress(Stopped):
            self._look(self.mapping.scope(record, headers))
        return outcomes

    def _declare(self, rule: str, path: str, words: Mapping[str, Any] | None) -> None:
        if words:
            place = self.places.setdefault((rule, path), WordPlace(rule, path, frozenset()))
            place.known |= frozenset(words)

    def _look(self, scope: Scope) -> None:
        spec = self.mapping.spec
        self._checks("", [check for check in spec.checks if not check.of_item], scope)
        of_items = [check for check in spec.checks if check.of_item]
        for rules in spec.groups().values():
            each = rules[0].each
            with suppress(AbsentListError):
                for _ in walk(scope, each.getters) if each else (None,):
                    self._item(rules, of_items, scope)

    def _item(self, rules: Sequence[EventRule], checks: Sequence[Check], scope: Scope) -> None:
        try:
            self._checks("", checks, scope)
        except Stopped:
            return
        for rule in rules:
            if rule.when is not None and not rule.when.test(scope):
                continue
            try:
                self._checks(rule.name, rule.checks, scope)
            except Stopped:
                continue
            for path, words, get in _words_of(rule):
                if words:
                    self._note(rule.name, path, get(scope))

    def _checks(self, rule: str, checks: Sequence[Check], scope: Scope) -> None:
        for check in checks:
            if check.words is not None:
                self._note(rule, check.paths[0].text, check.paths[0].getter()(scope))
            check.run(scope)

    def _note(self, rule: str, path: str, value: Any) -> None:
        seen = self.places[rule, path].seen
        for one in value if type(value) is list else [value]:
            word = word_of(one)
            if word is not None and (word in seen or len(seen) < MOST_VALUES):
                seen[word] += 1


def _words_of(rule: EventRule) -> Iterator[tuple[str, Mapping[str, Any], Getter]]:
    """Paths of a rule with the words for their values: of checks, fields and tables."""
    for check in rule.checks:
        if check.words:
            yield check.paths[0].text, check.words, check.paths[0].getter()
    for made in rule.fields.values():
        if made.words:
            path = made.paths[0]
            get = _names(made.paths) if made.of_names else path.getter()
            yield path.text, made.words, get
    for use in rule.tables:
        if use.path is not None:
            yield use.path.text, use.table.rows, use.path.getter()


def _names(paths: Sequence[SourcePath]) -> Getter:
    """The names in objects, as `keys_of` reads them."""
    getters = [path.getter() for path in paths]

    def names(s: Scope) -> Any:
        found: list[str] = []
        for held in (get(s) for get in getters):
            for one in held if type(held) is list else [held]:
                found += one if type(one) is dict else ()
        return found or None

    return names


def _shown(word: str) -> str:
    return HIDDEN if len(word) > _LONGEST_SHOWN or raw_kind(word, EVERYTHING) else word
