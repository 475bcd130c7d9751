"""What became of records, so that none is lost uncounted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from streams.measures.histogram import Histogram

DELAY_BOUNDS_S: Final = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0,
    86400.0,
)  # fmt: skip


@dataclass(slots=True)
class RecordCounts:
    """Counts of one source, of what was committed.

    Each of the `records` ends in one way: `mapped` (it made events, and nothing of it was
    rejected), `ignored` (no event, as the map declares), `rejected` (something of it was), or
    `tombstones` (it has no value). The outcomes of a record are `events`, `ignored_items` and
    `rejected_items`; of the rejected ones `unmapped` met a value that the map has no word for.
    """

    records: int = 0
    mapped: int = 0
    ignored: int = 0
    rejected: int = 0
    tombstones: int = 0
    events: int = 0
    rejected_items: int = 0
    unmapped: int = 0
    ignored_items: Counter[str] = field(default_factory=Counter)
    """By the reasons of the map."""

    @property
    def balanced(self) -> bool:
        """Whether every record that was read has ended."""
        return self.records == self.mapped + self.ignored + self.rejected + self.tombstones

    @property
    def outcomes(self) -> int:
        """Events, ignored and rejected items together."""
        return self.events + self.ignored_items.total() + self.rejected_items

    @property
    def unmapped_ratio(self) -> float:
        """The share of outcomes that met a value without a word."""
        return self.unmapped / self.outcomes if self.outcomes else 0.0

    def add(self, other: RecordCounts) -> None:
        """Add the counts of a batch."""
        self.records += other.records
        self.mapped += other.mapped
        self.ignored += other.ignored
        self.rejected += other.rejected
        self.tombstones += other.tombstones
        self.events += other.events
        self.rejected_items += other.rejected_items
        self.unmapped += other.unmapped
        self.ignored_items += other.ignored_items


class SourceStats:
    """Counts of a source since the process started, and how long its records took.

    `delays` are the seconds from the timestamp of a record to the commit of what it became.
    """

    def __init__(self) -> None:
        self.counts = RecordCounts()
        self.delays = Histogram(DELAY_BOUNDS_S)
        self.lag: int | None = None
        """Offsets that this instance has not read yet; None while an end is unknown."""


@dataclass(slots=True)
class IngestStats:
    """All sources by name, and the transactions."""

    sources: dict[str, SourceStats]
    transactions: int = 0
    seconds: float = 0.0
    """How long the transactions took together."""
    identity_records: Counter[str] = field(default_factory=Counter)
    """Records of the identity topic by how they ended: read, removed or refused."""

    def committed(
        self,
        counts: Mapping[str, RecordCounts],
        timestamps: Mapping[str, Sequence[int]],
        seconds: float,
        now_ms: float,
    ) -> None:
        """A transaction was committed that held this, by the names of sources."""
        self.transactions += 1
        self.seconds += seconds
        for name, one in counts.items():
            stats = self.sources[name]
            stats.counts.add(one)
            for timestamp in timestamps[name]:
                stats.delays.observe(max(0.0, (now_ms - timestamp) / 1000))
