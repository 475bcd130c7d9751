"""The metrics of a worker, read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from streams import __version__, compiled
from streams.core import law
from streams.metrics import born
from streams.metrics import catalogue as names
from streams.metrics.families import family, histogram, single

if TYPE_CHECKING:
    from streams.agents.judges import Judges
    from streams.core.assumptions import Assumption
    from streams.core.policy import Policy
    from streams.health.report import WorkerReport
    from streams.measures.transport_stats import TransportStats
    from streams.measures.worker_stats import WorkerStats
    from streams.transport.tasks.partition_task import PartitionTask


class Owner(Protocol):
    """What is looked at of the consumer."""

    @property
    def owned(self) -> Mapping[int, PartitionTask]:
        """The partitions that are owned now, or were last."""


class Reporter(Protocol):
    """What is looked at of the health."""

    def report(self) -> WorkerReport:
        """How the worker is now."""


class WorkerCollector(Collector):
    """Reads counters, state and health at each scrape; nothing is kept in between."""

    def __init__(
        self,
        *,
        stats: WorkerStats,
        work: TransportStats,
        owner: Owner,
        judges: Judges,
        health: Reporter,
        policy: Callable[[], Policy],
        topics: Sequence[str],
    ) -> None:
        """`topics` are those that the worker judges; their counters stand from the start."""
        self._stats = stats
        self._work = work
        self._owner = owner
        self._judges = judges
        self._health = health
        self._policy = policy
        self._topics = topics

    def describe(self) -> Iterator[Family]:
        """Nothing: it is not looked at before the worker runs."""
        yield from ()

    def collect(self) -> Iterator[Family]:
        """Every metric of the catalogue."""
        report = self._health.report()
        yield family(names.BUILD_INFO, [(self._build(), 1)])
        yield single(names.LIVE, report.live)
        yield single(names.READY, report.ready)
        yield from self._judged()
        yield from self._partitions(report)
        yield from self._transport()
        yield from self._state()

    def _build(self) -> tuple[str, ...]:
        made = "yes" if compiled.active() else "no"
        return __version__, law.LAW_VERSION, self._policy().version, made

    def _judged(self) -> Iterator[Family]:
        stats = self._stats
        records = born.counted(born.records(self._topics), stats.records)
        yield family(names.RECORDS, records)
        yield family(names.FINDINGS, born.counted(born.FINDINGS, stats.findings))
        yield family(names.DUTIES, _single(born.counted(born.DUTIES, stats.duties)))
        refused = born.counted(born.DEAD_LETTERS, stats.dead_letters)
        yield family(names.DEAD_LETTERS, _single(refused))
        unknown = born.counted(self._topics, stats.unknown_fields)
        yield family(names.UNKNOWN_FIELDS, _single(unknown))
        assumed = sorted(stats.assumptions.events.items())
        yield family(names.ASSUMPTIONS, [(_labels(one), events) for one, events in assumed])
        yield histogram(names.DELAY, [((), stats.delays)])
        yield single(names.FIRST_SHARES, stats.first_shares)
        yield single(names.FIRST_SHARES_UNCONSENTED, stats.first_shares_unconsented)
        yield family(names.AHEAD, _single(born.counted(self._topics, stats.ahead)))
        yield single(names.LEFT, stats.subjects_left)
        latest = sorted(stats.latest_ms.items())
        yield family(names.LATEST, [((topic,), at / 1000) for topic, at in latest])

    def _partitions(self, report: WorkerReport) -> Iterator[Family]:
        partitions = report.partitions
        yield single(names.PARTITIONS, len(partitions))
        places = [
            ((topic, str(number)), place)
            for number, one in partitions.items()
            for topic, place in one.topics.items()
        ]
        swept = [
            ((str(number),), 1.0 if one.sweep is None else one.sweep.percent / 100)
            for number, one in partitions.items()
        ]
        yield family(names.SWEPT, swept)
        yield family(names.LAG, [(at, p.lag) for at, p in places if p.lag is not None])
        yield family(names.UNCOMMITTED, [(at, p.uncommitted) for at, p in places])
        yield family(names.PAUSED, [(at, int(p.paused)) for at, p in places])
        yield family(names.UNCOMMITTED_AGE, [(at, p.uncommitted_s) for at, p in places])
        ones = partitions.values()
        yield single(names.WAITING, max((one.waiting_s for one in ones), default=0.0))
        yield single(names.STANDING, max((one.standing_s for one in ones), default=0.0))

    def _transport(self) -> Iterator[Family]:
        work = self._work
        yield histogram(names.COMMITS, [((), work.commits)])
        yield single(names.WRITTEN, work.records)
        yield single(names.WRITTEN_BYTES, work.bytes)
        yield single(names.RESTORES, work.restores)
        yield single(names.RESTORED_ROWS, work.restored_rows)
        yield single(names.RESTORE_SECONDS, work.restored_s)

    def _state(self) -> Iterator[Family]:
        live = self._judges.caches()
        yield single(names.ROWS, sum(len(one.rows) for one in self._owner.owned.values()))
        yield single(names.SUBJECTS, sum(len(one) for one in live))
        yield single(names.SUBJECT_BYTES, sum(one.bytes for one in live))
        found = self._judges.lookups
        outcomes = (("ready", found.ready), ("rebuilt", found.rebuilt))
        yield family(names.SUBJECT_LOOKUPS, _single(outcomes))


def _labels(one: Assumption) -> tuple[str, ...]:
    kind = "note" if one.note else "assumption"
    return kind, one.field, one.source_system, one.recipient_id


def _single(counts: Iterable[tuple[str, int]]) -> list[tuple[tuple[str], int]]:
    """Counts by the value of the only label."""
    return [((label,), count) for label, count in counts]
