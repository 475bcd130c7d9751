"""Metric families of prometheus-client from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family

from streams.measures.histogram import Histogram
from streams.metrics.catalogue import Metric

Samples = Iterable[tuple[Sequence[str], float]]
"""Values by the values of the labels, in their order."""


def family(metric: Metric, samples: Samples) -> Family:
    """A counter or a gauge."""
    made: Family
    if metric.kind == "counter":
        made = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
    else:
        made = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, value in samples:
        made.add_metric(labels, value)
    return made


def single(metric: Metric, value: float) -> Family:
    """A counter or a gauge without labels."""
    return family(metric, [((), value)])


def histogram(metric: Metric, buckets: Iterable[tuple[Sequence[str], Histogram]]) -> Family:
    """Histograms by the values of the labels."""
    made = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, one in buckets:
        made.add_metric(labels, one.cumulative(), one.sum)
    return made
