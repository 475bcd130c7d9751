"""What `consentry ingest` exports: the whole catalogue, and the counts as they are."""

from __future__ import annotations

import asyncio
from collections import Counter

from streams.ingest import Identities
from streams.ingest.service.counts import RecordCounts
from streams.ingest.service.service import IngestService
from streams.ingest.service.sources import IngestPlan
from streams.metrics.expose import exposition
from streams.metrics.ingest import IngestCollector
from streams.metrics.ingest_catalogue import INGEST
from streams.settings import Settings
from tests.ingest.service.records import mapper


async def scraped() -> str:
    source = mapper().source("crm")
    assert source is not None
    plan = IngestPlan(
        sources=(source,), identities=Identities(), identities_topic=None, compression="none"
    )
    service = IngestService(Settings(), plan)
    stats = service.stats.sources["crm"]
    stats.counts.add(
        RecordCounts(records=10, mapped=4, ignored=3, rejected=2, tombstones=1, events=12,
                     rejected_items=5, unmapped=4, ignored_items=Counter({"a test": 3}))
    )  # fmt: skip
    stats.lag = 7
    stats.delays.observe(0.02)
    service.stats.identity_records["read"] += 1
    report = service.report()
    assert report.live
    assert not report.ready
    assert report.sources["crm"].unmapped_ratio == 0.2
    return exposition(IngestCollector(service))().decode()


def test_everything_of_the_catalogue_is_there_and_counts_are_right() -> None:
    text = asyncio.run(scraped())
    for metric in INGEST:
        assert f"# HELP {metric.name.removesuffix('_total')}" in text
    for line in (
        "consentry_ingest_live 1.0",
        "consentry_ingest_ready 0.0",
        'consentry_ingest_records_total{outcome="mapped",source="crm"} 4.0',
        'consentry_ingest_records_total{outcome="tombstones",source="crm"} 1.0',
        'consentry_ingest_events_total{source="crm"} 12.0',
        'consentry_ingest_ignored_total{reason="a test",source="crm"} 3.0',
        'consentry_ingest_unmapped_ratio{source="crm"} 0.2',
        'consentry_ingest_lag_records{source="crm"} 7.0',
        'consentry_ingest_delay_seconds_count{source="crm"} 1.0',
        'consentry_ingest_identity_records_total{outcome="read"} 1.0',
    ):
        assert line in text, line
