"""The same metrics to an OpenTelemetry collector, by OTLP over HTTP: extra `[otel]`.

Nothing is measured twice: the families that a scrape shows are converted as they are. The
standard's own variables switch it on and say how; without them nothing is imported.
https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import structlog
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from streams import __version__
from streams.metrics.catalogue import PREFIX

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricsData

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
INTERVAL: Final = "OTEL_METRIC_EXPORT_INTERVAL"
"""Milliseconds between two pushes, by the standard 60,000."""

INSTANCE: Final = str(uuid.uuid4())
"""Which process of a service this is, as OpenTelemetry asks of a resource."""

log = structlog.get_logger("consentry.otel")


def wanted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether a collector is configured."""
    given = os.environ if environ is None else environ
    return any(given.get(name) for name in ENDPOINTS)


async def push(collector: Collector, service: str) -> None:
    """Push until cancelled, where a collector is configured.

    A collector that does not answer is said once; metrics are never a reason to stop.
    """
    if not wanted():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.sdk.metrics.export import MetricExportResult
    except ImportError:
        log.warning(
            "otel.off",
            problem="a collector is configured, and OpenTelemetry is not installed",
            remedy="pip install 'consentry[otel]', or unset OTEL_EXPORTER_OTLP_ENDPOINT",
        )
        return
    exporter = OTLPMetricExporter()
    seconds = int(os.environ.get(INTERVAL) or 60_000) / 1000
    began, well = time.time_ns(), True
    log.info("otel.pushing", every_s=seconds)
    while True:
        await asyncio.sleep(seconds)
        data = converted(collector.collect(), service, began, time.time_ns())
        try:
            done = await asyncio.to_thread(exporter.export, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on
            done, said = MetricExportResult.FAILURE, type(error).__name__
        else:
            said = "the collector did not take it"
        if well and done is not MetricExportResult.SUCCESS:
            log.warning("otel.not_pushed", problem=said)
        well = done is MetricExportResult.SUCCESS


def converted(families: Iterable[Family], service: str, began: int, now: int) -> MetricsData:
    """Families in OpenTelemetry's form. Times are nanoseconds since the epoch."""
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    metrics = [_metric(family, began, now) for family in families if family.samples]
    about = {"service.name": service, "service.instance.id": INSTANCE}
    resource = Resource.create(about | {"service.version": __version__})
    scope = ScopeMetrics(InstrumentationScope("consentry", __version__), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _metric(family: Family, began: int, now: int) -> Metric:
    from opentelemetry.sdk.metrics.export import (
        AggregationTemporality,
        Gauge,
        Histogram,
        Metric,
        NumberDataPoint,
        Sum,
    )

    assert family.name.startswith(PREFIX)
    unit = "s" if family.name.endswith("_seconds") else "1"
    data: Gauge | Sum | Histogram
    if family.type == "histogram":
        data = Histogram(_histograms(family, began, now), AggregationTemporality.CUMULATIVE)
    else:
        points = [
            NumberDataPoint(dict(sample.labels), began, now, float(sample.value))
            for sample in family.samples
        ]
        counts = family.type == "counter"
        data = Sum(points, AggregationTemporality.CUMULATIVE, True) if counts else Gauge(points)  # noqa: FBT003
    return Metric(family.name, family.documentation, unit, data)


def _histograms(family: Family, began: int, now: int) -> list[Any]:
    """A point for each set of labels; Prometheus' buckets are cumulative, these are not."""
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    buckets: dict[tuple[tuple[str, str], ...], list[tuple[str, float]]] = {}
    sums: dict[tuple[tuple[str, str], ...], float] = {}
    for sample in family.samples:
        labels = tuple((name, one) for name, one in sample.labels.items() if name != "le")
        if sample.name.endswith("_bucket"):
            buckets.setdefault(labels, []).append((sample.labels["le"], sample.value))
        elif sample.name.endswith("_sum"):
            sums[labels] = sample.value
    points = []
    for labels, several in buckets.items():
        upto = [0, *(int(count) for _, count in several)]
        points.append(
            HistogramDataPoint(
                attributes=dict(labels),
                start_time_unix_nano=began,
                time_unix_nano=now,
                count=upto[-1],
                sum=sums[labels],
                bucket_counts=[upto[n + 1] - upto[n] for n in range(len(several))],
                explicit_bounds=[float(bound) for bound, _ in several[:-1]],
                # Unknown: counts are all that is kept.
                min=None,  # type: ignore[arg-type]
                max=None,  # type: ignore[arg-type]
            )
        )
    return points
