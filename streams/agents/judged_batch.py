"""What judging some records of one poll batch brought, as one value.

The judge of a partition number fills it and hands it over; the agent commits what it says
to write, adds up what it counts, and logs what could not be judged where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from streams.agents.once import Once
from streams.agents.output_encoder import OutputEncoder
from streams.agents.rekeyed import RekeyedCounts
from streams.agents.retention import Leaving
from streams.agents.throttled_log import DeadLettered
from streams.core.decision import Decision
from streams.core.findings import Duty, Finding
from streams.core.outcome import Outcome
from streams.measures.assumption_counts import AssumptionCounts
from streams.measures.worker_stats import JudgingStats
from streams.settings.names import TopicNames
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch
from streams.wire.commands import REBUILT
from streams.wire.progress import BATCH_HEADER, Counters, Paused, Progress
from streams.wire.record import Record

RECORDS_AT_ONCE: int = 500
"""After so many records other work gets its turn: heartbeats, commits, other partitions."""

_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED


class JudgedBatch:
    """One step of judging a poll batch: what is written, counted and logged of it.

    `output` is what one transaction takes as a whole. `records` are those that ended in it,
    `counters` say how, by topic, `stats` what came of them. `rekeyed` and `dead_lettered` are
    records that are judged elsewhere, or not at all. `led_at` are the timestamps of arrival,
    in milliseconds since the epoch, of records that led to findings or duties. `paused` are
    topics that are read no further, since one of these records was one dead letter too many.
    `assumptions` are those of `stats`, which each record asks for.
    `rejudged` counts the events whose verdicts were evaluated. `once` adds to `output`.
    """

    __slots__ = (
        "_encoder",
        "_names",
        "_number",
        "_stamp",
        "assumptions",
        "bounds",
        "counters",
        "dead_lettered",
        "due",
        "led_at",
        "once",
        "output",
        "paused",
        "records",
        "rejudged",
        "rekeyed",
        "stats",
    )

    def __init__(
        self,
        names: TopicNames,
        number: int,
        sequence: int,
        bounds: Bounds,
        due: Callable[[], bool],
        encoder: OutputEncoder,
    ) -> None:
        """An empty one of partition `number`.

        Findings and duties carry its `sequence` (`wire.progress`). It is full at `bounds`, or
        when `due` says that others should have a turn. `encoder` is how findings are written.
        """
        self._names = names
        self._number = number
        self.bounds = bounds
        self.due = due
        self._stamp = ((BATCH_HEADER, b"%d" % sequence),)
        self._encoder = encoder
        self.output = OutputBatch()
        self.once = Once(self.output, self._stamp, encoder)
        self.records: Sequence[Record] = ()
        self.counters: dict[str, Counters] = {}
        self.stats = JudgingStats()
        self.assumptions: AssumptionCounts = self.stats.assumptions
        self.rekeyed = RekeyedCounts()
        self.dead_lettered: list[DeadLettered] = []
        self.led_at: list[int] = []
        self.paused: list[tuple[str, Paused]] = []
        self.rejudged = 0

    def count(self, topic: str) -> Counters:
        """The counters of a topic, made when there are none."""
        found = self.counters.get(topic)
        if found is None:
            found = self.counters[topic] = Counters()
        return found

    def full(self) -> bool:
        """Whether it is as large as it may be, or others should have a turn."""
        # As `crowded`, without the call: it is asked after each record.
        return self.rejudged >= RECORDS_AT_ONCE or self.output.exceeds(self.bounds) or self.due()

    def crowded(self) -> bool:
        """The same where nothing is judged again: by what is written, and by time."""
        return self.output.exceeds(self.bounds) or self.due()

    def write(self, rows: Iterable[tuple[bytes, bytes]], decision: Decision) -> None:
        """What was decided: rows as stored, findings and duties."""
        once, names, number = self.once, self._names, self._number
        changelog = names.changelog
        for place, row in rows:
            once.row(changelog, number, place, row)
        once.count()
        self.rejudged += decision.rejudged
        if not decision.findings and not decision.duties:
            return
        stats = self.stats
        for finding in decision.findings:
            stats.finding(finding)
            once.finding(names.violations, number, finding)
        for duty in decision.duties:
            stats.duty(duty)
            once.duty(names.duties, number, duty)

    def restate(self, findings: Iterable[Finding], duties: Iterable[Duty]) -> None:
        """Publish again what was published before, at the same revision."""
        self.once.settle()
        headers = (*self._stamp, REBUILT)
        for topic, outputs in ((self._names.violations, findings), (self._names.duties, duties)):
            for one in outputs:
                key, value, more = self._encoder.record(one)
                self.output.add(Output(topic, self._number, key, value, (*headers, *more)))

    def clear(self, some: Leaving, *, marked: bool = False) -> None:
        """Tombstones for what was written about a subject; `marked`: as an operator asked."""
        self.stats.subjects_left += some.last
        number, names, add = self._number, self._names, self.output.add
        headers = (*self._stamp, REBUILT) if marked else self._stamp
        self.once.settle()
        for place in some.rows:
            add(Output(names.changelog, number, place, None))
        for topic, addresses in (
            (names.violations, some.violations),
            (names.duties, some.duties),
        ):
            for address in addresses:
                add(Output(topic, number, address.encode(), None, headers))

    def end(self, progress: Progress) -> None:
        """Nothing more comes: what is revised takes its place, and `progress` the counters."""
        self.once.settle()
        for topic, counters in self.counters.items():
            progress.count(topic).add(counters)


def count_judged(outcome: Outcome, counters: Counters) -> None:
    """Count a record whose fact was taken in."""
    if outcome is _NOT_ASSESSED:
        counters.not_assessed += 1
    else:
        counters.judged += 1
