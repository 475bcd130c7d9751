"""What this process has judged since it started, added up batch by batch.

The counters in the progress rows go with the partitions and last; these do not. Their
keys are topics, codes, states, and systems and registered recipients within bounds, so there are
only so many: never a subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from streams.core.findings import Duty, Finding
from streams.core.subject import Subject
from streams.measures.assumption_counts import AssumptionCounts
from streams.measures.histogram import Histogram
from streams.wire.progress import Counters
from streams.wire.record import Record

DELAY_BOUNDS_S: Final = (
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0,
)  # fmt: skip
"""From a quiet bus to a backlog of a day."""

_ENDS: Final = tuple(name for name in Counters.__struct_fields__ if name != "read")
"""How a record can end."""


class JudgingStats:
    """What came of some records that were judged.

    `findings` by code, severity and status, every revision for itself; `duties` by status;
    `dead_letters` by code; `assumptions` by field, system and recipient; `unknown_fields`, which events of their type do not have, by topic.
    `first_shares` are persons of whom the first share was judged, `first_shares_unconsented`
    those of them of whom no consent, refusal, withdrawal or objection was known then.
    `subjects_left` are persons who left (P20, P26).
    """

    def __init__(self) -> None:
        self.findings: Counter[tuple[str, str, str]] = Counter()
        self.duties: Counter[str] = Counter()
        self.dead_letters: Counter[str] = Counter()
        self.unknown_fields: Counter[str] = Counter()
        self.assumptions = AssumptionCounts()
        self.first_shares = 0
        self.first_shares_unconsented = 0
        self.subjects_left = 0

    def finding(self, finding: Finding) -> None:
        """A revision is published."""
        self.findings[finding.code, finding.severity.value, finding.status.value] += 1

    def duty(self, duty: Duty) -> None:
        """A duty is published."""
        self.duties[duty.status.value] += 1

    def shared(self, subject: Subject) -> None:
        """A share of this person was judged, and is among the person's facts."""
        if len(subject.shares) == 1:
            self.first_shares += 1
            if not len(subject.grants) and not len(subject.signals):
                self.first_shares_unconsented += 1

    def add(self, other: JudgingStats) -> None:
        """Count what another counted as well."""
        self.findings.update(other.findings)
        self.duties.update(other.duties)
        self.dead_letters.update(other.dead_letters)
        self.unknown_fields.update(other.unknown_fields)
        self.assumptions.add(other.assumptions)
        self.first_shares += other.first_shares
        self.first_shares_unconsented += other.first_shares_unconsented
        self.subjects_left += other.subjects_left


class WorkerStats(JudgingStats):
    """Counts of one process: what came of its records, and more.

    `records` by topic and how they ended. `latest_ms` is the highest record timestamp by
    topic, in milliseconds since the epoch. `delays` are the seconds from the timestamp of a
    record to the commit of what it led to. `ahead` are records by topic whose timestamp lay so
    far ahead that it was read as the present time. `judged_at` is when records of inputs were
    judged last, by `time.monotonic`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: Counter[tuple[str, str]] = Counter()
        self.latest_ms: dict[str, int] = {}
        self.delays = Histogram(DELAY_BOUNDS_S)
        self.ahead: Counter[str] = Counter()
        self.judged_at = float("-inf")

    def ended(self, topic: str, counters: Counters) -> bool:
        """Records of a topic ended, so many in each way. Whether any did."""
        counts = [(end, getattr(counters, end)) for end in _ENDS]
        for end, count in counts:
            if count:
                self.records[topic, end] += count
        return any(count for _, count in counts)

    def seen(self, records: Sequence[Record], topics: set[str], limit: int) -> None:
        """Records were judged, some of each of these topics: the last ones count.

        A timestamp beyond `limit` says nothing of when its producer was last heard of.
        """
        left = set(topics)
        for record in reversed(records):
            if not left:
                return
            if record.topic in left:
                if record.timestamp > limit:
                    continue
                left.discard(record.topic)
                if record.timestamp > self.latest_ms.get(record.topic, 0):
                    self.latest_ms[record.topic] = record.timestamp

    def published(self, timestamps_ms: Iterable[int], now_ms: float) -> None:
        """What these records led to is committed now."""
        for at in timestamps_ms:
            self.delays.observe(max(0.0, (now_ms - at) / 1000))
