"""Every metric of `consentry receive` by name, as `streams.metrics.catalogue` has the others."""

from __future__ import annotations

from typing import Final

from streams.metrics.catalogue import Metric

WEBHOOKS: Final = Metric(
    "consentry_webhooks_total",
    "counter",
    "Requests of a source by how they ended: accepted, refused, or challenged.",
    ("source", "outcome"),
)
WEBHOOKS_REFUSED: Final = Metric(
    "consentry_webhooks_refused_total",
    "counter",
    "Those that were refused, by why; the source is - where the path belongs to none.",
    ("source", "reason"),
)
WEBHOOK_BYTES: Final = Metric(
    "consentry_webhook_bytes_total", "counter", "Bytes of accepted bodies, unpacked.", ("source",)
)
WEBHOOK_LATEST: Final = Metric(
    "consentry_webhook_last_timestamp_seconds",
    "gauge",
    "When the last one was accepted; 0 before one was.",
    ("source",),
)
WEBHOOK_SECONDS: Final = Metric(
    "consentry_webhook_seconds",
    "histogram",
    "From the head of an accepted request to the acknowledgement by Kafka.",
    ("source",),
)
RECEIVER_READY: Final = Metric(
    "consentry_receiver_ready", "gauge", "1 while webhooks are taken and Kafka answers."
)
RECEIVER_IN_WORK: Final = Metric(
    "consentry_receiver_in_work_bytes", "gauge", "Bytes of bodies that are reckoned with now."
)
RECEIVER_TURNED_AWAY: Final = Metric(
    "consentry_receiver_connections_closed_total",
    "counter",
    "Connections that were closed at once, since there were too many.",
)

RECEIVER: Final = (
    WEBHOOKS, WEBHOOKS_REFUSED, WEBHOOK_BYTES, WEBHOOK_LATEST, WEBHOOK_SECONDS, RECEIVER_READY,
    RECEIVER_IN_WORK, RECEIVER_TURNED_AWAY,
)  # fmt: skip
"""What a receiver exports, in the order of docs/metrics.md."""
