"""What is pushed to an OpenTelemetry collector is what a scrape shows."""

from __future__ import annotations

import asyncio
import gzip
import uuid
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from structlog.testing import capture_logs

from streams.metrics import otel
from streams.metrics.sinks import SinkCollector
from streams.metrics.worker import WorkerCollector
from tests.metrics.scraping import samples
from tests.metrics.test_sinks import sink_tasks
from tests.metrics.test_worker import collector_of, exposed, filled
from tests.sinks.http_receiver import HttpReceiver


class Collector(HttpReceiver):
    """Takes OTLP as a collector does."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[ExportMetricsServiceRequest] = []

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.path == "/v1/metrics"
        assert request.content_type == "application/x-protobuf"
        content = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        self.got.append(ExportMetricsServiceRequest.FromString(content))
        return web.Response(content_type="application/x-protobuf")


def pushed(
    collector: Any, monkeypatch: pytest.MonkeyPatch, fault: int | None = None
) -> tuple[list[ExportMetricsServiceRequest], list[Any]]:
    """What arrives within a few pushes, and what is logged."""

    async def run() -> list[ExportMetricsServiceRequest]:
        async with Collector() as receiver:
            receiver.fault = fault
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
            monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "20")
            task = asyncio.create_task(otel.push(collector, "consentry-worker"))
            async with asyncio.timeout(30):
                while len(receiver.requests) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            task.cancel()
            return receiver.got

    with capture_logs() as logs:
        got = asyncio.run(run())
    return got, list(logs)


def flat(request: ExportMetricsServiceRequest) -> dict[tuple[str, tuple[str, ...]], float]:
    """Counters and gauges by name and sorted label values; of histograms the counts."""
    found = {}
    [resource] = request.resource_metrics
    [scope] = resource.scope_metrics
    for metric in scope.metrics:
        kind = metric.WhichOneof("data")
        for point in getattr(metric, kind).data_points:
            labels = {one.key: one.value.string_value for one in point.attributes}
            key = tuple(labels[name] for name in sorted(labels))
            if kind == "histogram":
                assert sum(point.bucket_counts) == point.count
                assert not point.HasField("min")
                found[f"{metric.name}_count", key] = float(point.count)
                found[f"{metric.name}_sum", key] = point.sum
            else:
                suffix = "_total" if kind == "sum" else ""
                assert kind != "sum" or metric.sum.is_monotonic
                found[metric.name + suffix, key] = point.as_double
    return found


def test_it_is_what_a_scrape_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    stats, work = filled()
    collector: WorkerCollector = collector_of(stats, work)
    got, _ = pushed(collector, monkeypatch)
    attributes = {
        one.key: one.value.string_value for one in got[0].resource_metrics[0].resource.attributes
    }
    assert attributes["service.name"] == "consentry-worker"
    assert str(uuid.UUID(attributes["service.instance.id"])) == otel.INSTANCE
    shown = {
        (
            name,
            tuple(value for _, value in sorted(zip(labels_of(name), labels, strict=True))),
        ): value
        for name, by_labels in samples(exposed(stats, work)).items()
        if name.startswith("consentry_") and not name.endswith("_bucket")
        for labels, value in by_labels.items()
    }
    assert flat(got[0]) == shown


def labels_of(name: str) -> tuple[str, ...]:
    from streams.metrics.catalogue import WORKER

    known = {metric.name: metric.labels for metric in WORKER}
    return known.get(name, ())


def test_sinks_are_pushed_with_their_histograms(monkeypatch: pytest.MonkeyPatch) -> None:
    got, _ = pushed(SinkCollector(sink_tasks()), monkeypatch)
    found = flat(got[0])
    assert found["consentry_sink_delay_seconds_count", ("splunk",)] == 1
    assert found["consentry_sink_read_total", ("dead",)] == 20


def test_a_collector_that_refuses_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, logs = pushed(SinkCollector(sink_tasks()), monkeypatch, fault=400)
    events = [line["event"] for line in logs if line["event"].startswith("otel.")]
    assert events == ["otel.pushing", "otel.not_pushed"]


def test_without_a_collector_nothing_is_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in otel.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    asyncio.run(otel.push(SinkCollector(sink_tasks()), "consentry-deliver"))
    assert not otel.wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": ""})
    assert otel.wanted({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"})


def test_a_missing_extra_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)
    with capture_logs() as logs:
        asyncio.run(otel.push(SinkCollector(sink_tasks()), "consentry-deliver"))
    assert [line["event"] for line in logs] == ["otel.off"]
    assert "consentry[otel]" in logs[0]["remedy"]
