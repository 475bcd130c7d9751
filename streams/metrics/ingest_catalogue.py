"""Every metric of `consentry ingest` by name, as `streams.metrics.catalogue` has the others."""

from __future__ import annotations

from typing import Final

from streams.metrics.catalogue import Metric

INGEST_LIVE: Final = Metric(
    "consentry_ingest_live", "gauge", "1 while only a new start could not help."
)
INGEST_READY: Final = Metric(
    "consentry_ingest_ready", "gauge", "1 while this instance can be counted on."
)
INGEST_RECORDS: Final = Metric(
    "consentry_ingest_records_total",
    "counter",
    "Records of a source by how they ended: mapped, ignored, rejected or tombstones.",
    ("source", "outcome"),
)
INGEST_EVENTS: Final = Metric(
    "consentry_ingest_events_total", "counter", "Events that the map made.", ("source",)
)
INGEST_IGNORED: Final = Metric(
    "consentry_ingest_ignored_total",
    "counter",
    "Records and items that are no event, by the reason that the map declares.",
    ("source", "reason"),
)
INGEST_REJECTED: Final = Metric(
    "consentry_ingest_rejected_total",
    "counter",
    "Records and items that cannot be mapped; the topic of rejects says why.",
    ("source",),
)
INGEST_UNMAPPED: Final = Metric(
    "consentry_ingest_unmapped_total",
    "counter",
    "Those of them with a value that the map has no word or row for.",
    ("source",),
)
INGEST_UNMAPPED_RATIO: Final = Metric(
    "consentry_ingest_unmapped_ratio",
    "gauge",
    "Their share of events, ignored and rejected together, since this process started.",
    ("source",),
)
INGEST_LAG: Final = Metric(
    "consentry_ingest_lag_records",
    "gauge",
    "Offsets of the partitions of this instance that were not read yet.",
    ("source",),
)
INGEST_DELAY: Final = Metric(
    "consentry_ingest_delay_seconds",
    "histogram",
    "From the timestamp of a record to the commit of what it became.",
    ("source",),
)
INGEST_TRANSACTIONS: Final = Metric(
    "consentry_ingest_transactions_total", "counter", "Transactions that were committed."
)
INGEST_TRANSACTION_SECONDS: Final = Metric(
    "consentry_ingest_transaction_seconds_total", "counter", "Seconds that they took together."
)
INGEST_IDENTITIES: Final = Metric(
    "consentry_ingest_identity_records_total",
    "counter",
    "Records of the identity topic by how they ended: read, removed or refused.",
    ("outcome",),
)

INGEST: Final = (
    INGEST_LIVE, INGEST_READY, INGEST_RECORDS, INGEST_EVENTS, INGEST_IGNORED, INGEST_REJECTED,
    INGEST_UNMAPPED, INGEST_UNMAPPED_RATIO, INGEST_LAG, INGEST_DELAY, INGEST_TRANSACTIONS,
    INGEST_TRANSACTION_SECONDS, INGEST_IDENTITIES,
)  # fmt: skip
"""What `consentry ingest` exports, in the order of docs/metrics.md."""
