"""Which values of records a map knows, and which of the map's words no record has.

Both are signs: a value without a word is rejected, record by record, until somebody decides
what it means; a word that never comes may be misspelt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from streams.ingest.mapping import Mapping as BoundMap
from streams.ingest.outcomes import IgnoredItem, MappedEvent, Outcome, RejectedItem
from streams.ingest.paths import word_of
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
            for path, words in _words_of(rule):
                self._declare(rule.name, path, words)

    @property
    def ratio(self) -> float:
        """The share of outcomes that the map decided: events and what it ignores."""
        outcomes = self.events + self.ignored.total() + self.rejected.total()
        return 1.0 if outcomes == 0 else 1 - self.rejected.total() / outcomes

    def add(self, record: Any, headers: Mapping[str, str] | None = None) -> list[Outcome]:
        """Apply the map to a record, and count."""
        outcomes = self.mapping.apply(record, headers, note=self._note)
        self.records += 1
        for outcome in outcomes:
            match outcome:
                case MappedEvent():
                    self.events += 1
                case IgnoredItem(reason=reason):
                    self.ignored[reason] += 1
                case RejectedItem(reason=reason):
                    self.rejected[reason] += 1
        return outcomes

    def unread(self, fault: str) -> None:
        """Count a record that cannot be decoded."""
        self.records += 1
        self.rejected[fault] += 1

    def _declare(self, rule: str, path: str, words: Mapping[str, Any] | None) -> None:
        if words:
            place = self.places.setdefault((rule, path), WordPlace(rule, path, frozenset()))
            place.known |= frozenset(words)

    def _note(self, rule: str | None, path: str, value: Any) -> None:
        seen = self.places[rule or "", path].seen
        for one in value if type(value) is list else [value]:
            word = word_of(one)
            if word is not None and (word in seen or len(seen) < MOST_VALUES):
                seen[word] += 1


def _words_of(rule: EventRule) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Paths of a rule with the words for their values: of checks, fields and tables."""
    for check in rule.checks:
        if check.words:
            yield check.paths[0].text, check.words
    for made in rule.fields.values():
        if made.words:
            yield made.paths[0].text, made.words
    for use in rule.tables:
        if use.path is not None:
            yield use.path.text, use.table.rows


def _shown(word: str) -> str:
    return HIDDEN if len(word) > _LONGEST_SHOWN or raw_kind(word, EVERYTHING) else word
