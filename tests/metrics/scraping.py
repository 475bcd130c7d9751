"""The text of `/metrics` read back."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.metrics.catalogue import WORKER
from streams.metrics.delivery_catalogue import DELIVERER
from streams.metrics.receive_catalogue import RECEIVER

Samples = dict[str, dict[tuple[str, ...], float]]

_LABELS = {metric.name: metric.labels for metric in (*WORKER, *DELIVERER, *RECEIVER)}


def samples(text: str) -> Samples:
    """Values by name and by the labels' values, in the catalogue's order."""
    found: Samples = {}
    for family in parsed(text):
        for sample in family.samples:
            names = _LABELS.get(sample.name, tuple(sorted(sample.labels)))
            labels = tuple(sample.labels[name] for name in names)
            found.setdefault(sample.name, {})[labels] = sample.value
    return found
