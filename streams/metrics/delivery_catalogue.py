"""Every metric of a deliverer by name: its sinks, and what became of alerts."""

from __future__ import annotations

from typing import Final

from streams.metrics.catalogue import Metric

SINK_RECORDS: Final = Metric(
    "consentry_sink_records_total",
    "counter",
    "Findings and duties read for a sink, by what became of them; what is missing is pending.",
    ("sink", "outcome"),
)
SINK_READ: Final = Metric(
    "consentry_sink_read_total", "counter", "Findings and duties read for a sink.", ("sink",)
)
SINK_PENDING: Final = Metric(
    "consentry_sink_pending", "gauge", "Read, and not settled yet.", ("sink",)
)
SINK_LAG: Final = Metric(
    "consentry_sink_lag_records", "gauge", "Offsets that were not read yet.", ("sink",)
)
SINK_ATTEMPTS: Final = Metric(
    "consentry_sink_attempts_total",
    "counter",
    "Requests to a receiver, by whether they failed as a whole.",
    ("sink", "result"),
)
SINK_CIRCUIT: Final = Metric(
    "consentry_sink_circuit_open", "gauge", "1 while only probes go out to a receiver.", ("sink",)
)
SINK_HALTED: Final = Metric(
    "consentry_sink_halted", "gauge", "1 when somebody must put something right first.", ("sink",)
)
SINK_LATEST: Final = Metric(
    "consentry_sink_last_delivery_timestamp_seconds",
    "gauge",
    "When the receiver last took something; 0 before it did.",
    ("sink",),
)
SINK_DELAY: Final = Metric(
    "consentry_sink_delay_seconds",
    "histogram",
    "From the timestamp of a finding's record to the receiver's answer; of alerts, the first of a "
    "group and of each growth tenfold, where nothing held them back on purpose.",
    ("sink",),
)

ALERTS_RAISED: Final = Metric(
    "consentry_alerts_raised_total",
    "counter",
    "What a sink for people was given to send, since its state was first made.",
    ("sink",),
)
ALERTS: Final = Metric(
    "consentry_alerts_total",
    "counter",
    "How it ended: delivered, grouped, muted or dead_lettered; what is missing is pending.",
    ("sink", "outcome"),
)
ALERTS_MUTED: Final = Metric(
    "consentry_alerts_muted_total", "counter", "What was muted, by why.", ("sink", "reason")
)
ALERTS_FORGOTTEN: Final = Metric(
    "consentry_alerts_forgotten_total",
    "counter",
    "Findings that the alert policy forgot while they were open: no alert resolves for them.",
    ("sink",),
)
ALERTS_PENDING: Final = Metric(
    "consentry_alerts_pending",
    "gauge",
    "Held back, waiting for the end of a window, or on its way.",
    ("sink",),
)

ALERTS_OLDEST: Final = Metric(
    "consentry_alerts_oldest_seconds",
    "gauge",
    "How long the alert has been on its way that waits for its receiver longest; 0: none does.",
    ("sink",),
)

DELIVERER: Final = (
    SINK_RECORDS, SINK_READ, SINK_PENDING, SINK_LAG, SINK_ATTEMPTS, SINK_CIRCUIT, SINK_HALTED,
    SINK_LATEST, SINK_DELAY, ALERTS_RAISED, ALERTS, ALERTS_MUTED, ALERTS_PENDING,
    ALERTS_OLDEST, ALERTS_FORGOTTEN,
)  # fmt: skip
"""What a deliverer exports, in the order of docs/metrics.md."""
