"""The metrics of `consentry ingest`, read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from streams.metrics import ingest_catalogue as names
from streams.metrics.catalogue import Metric
from streams.metrics.families import family, histogram, single

if TYPE_CHECKING:
    from streams.ingest.service.counts import SourceStats
    from streams.ingest.service.service import IngestService

RECORD_ENDS = ("mapped", "ignored", "rejected", "tombstones")
"""How a record can end, by the names of its counts."""

IDENTITY_ENDS = ("read", "refused", "removed")
"""How a record of the identity topic can end."""


class IngestCollector(Collector):
    """Reads the counts of each source at a scrape."""

    def __init__(self, service: IngestService) -> None:
        self._service = service

    def describe(self) -> Iterator[Family]:
        """Nothing: it is not looked at before the service runs."""
        yield from ()

    def collect(self) -> Iterator[Family]:
        """Every metric of the catalogue."""
        report = self._service.report()
        stats = self._service.stats
        yield single(names.INGEST_LIVE, report.live)
        yield single(names.INGEST_READY, report.ready)
        sources = stats.sources
        yield family(
            names.INGEST_RECORDS,
            [
                ((name, end), getattr(one.counts, end))
                for name, one in sources.items()
                for end in RECORD_ENDS
            ],
        )
        yield self._each(names.INGEST_EVENTS, lambda one: one.counts.events)
        yield family(
            names.INGEST_IGNORED,
            [
                ((name, reason), count)
                for name, one in sources.items()
                for reason, count in sorted(one.counts.ignored_items.items())
            ],
        )
        yield self._each(names.INGEST_REJECTED, lambda one: one.counts.rejected_items)
        yield self._each(names.INGEST_UNMAPPED, lambda one: one.counts.unmapped)
        yield self._each(names.INGEST_UNMAPPED_RATIO, lambda one: one.counts.unmapped_ratio)
        yield family(
            names.INGEST_LAG,
            [((name,), one.lag) for name, one in sources.items() if one.lag is not None],
        )
        yield histogram(
            names.INGEST_DELAY, [((name,), one.delays) for name, one in sources.items()]
        )
        yield single(names.INGEST_TRANSACTIONS, stats.transactions)
        yield single(names.INGEST_TRANSACTION_SECONDS, stats.seconds)
        yield family(
            names.INGEST_IDENTITIES,
            [((end,), stats.identity_records[end]) for end in IDENTITY_ENDS],
        )

    def _each(self, metric: Metric, value: Callable[[SourceStats], float]) -> Family:
        sources = self._service.stats.sources
        return family(metric, [((name,), value(one)) for name, one in sources.items()])
