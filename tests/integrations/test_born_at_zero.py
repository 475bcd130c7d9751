"""What rules and panels look at stands on `/metrics` of a process that has just started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from streams.alerts.account import Accounting
from streams.core.policy import default_policy
from streams.delivery.circuit import Circuit
from streams.delivery.counts import SinkStats
from streams.health.report import WorkerReport
from streams.ingest.service.counts import IngestStats, SourceStats
from streams.measures.transport_stats import TransportStats
from streams.measures.worker_stats import WorkerStats
from streams.metrics import worker
from streams.metrics.expose import exposition
from streams.metrics.ingest import IngestCollector
from streams.metrics.receive import ReceiveCollector
from streams.metrics.sinks import SinkCollector
from streams.receive.counts import NO_SOURCE, SourceCounts
from streams.settings import Settings
from tests.integrations.test_prometheus import expressions, rules

NOT_BEFORE = {
    "consentry_consumer_lag_records": "a partition is assigned, and its end is known",
    "consentry_consumer_uncommitted_records": "a partition is assigned",
    "consentry_consumer_uncommitted_age_seconds": "a partition is assigned",
    "consentry_consumer_paused": "a partition is assigned",
    "consentry_last_event_timestamp_seconds": "there was an event; 0 would be a silence since 1970",
}
"""Gauges that say nothing before something is the case."""

_SERIES = re.compile(r"\b((?:consentry|process)_[a-z_]+)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r'([a-z_]+)\s*(=~|=)\s*"([^"]*)"')
_SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? [0-9.e+-]+$", re.MULTILINE)


def fresh() -> str:
    """The text of all four kinds of processes, of which none has read a record."""
    report = WorkerReport(
        live=True, ready=False, phase="joining", reasons=[], group_answered_s=None, partitions={}
    )
    anything: Any = SimpleNamespace
    judges = worker.WorkerCollector(
        stats=WorkerStats(),
        work=TransportStats(),
        owner=anything(owned={}),
        judges=anything(caches=list, lookups=anything(ready=0, rebuilt=0)),
        health=anything(report=lambda: report),
        policy=default_policy,
        topics=Settings().topics.judged,
    )
    chat = anything(
        stats=SinkStats(),
        sender=anything(circuit=Circuit(1, 1.0)),
        is_halted=False,
        alert_waits_s=None,
        lag=0,
        accounting=Accounting(),
    )
    ready = anything(live=True, ready=False)
    counts = {"shop": SourceCounts(), NO_SOURCE: SourceCounts()}
    receiver = anything(
        handling=anything(counts=counts, in_work_bytes=0),
        http=anything(turned_away=0),
        report=lambda: ready,
    )
    source = SourceStats()
    source.lag = 0
    ingest = anything(stats=IngestStats({"crm": source}), report=lambda: ready)
    collectors = (
        judges,
        SinkCollector({"chat": chat}),
        ReceiveCollector(receiver),
        IngestCollector(ingest),
    )
    return "".join(exposition(one)().decode() for one in collectors)


FRESH = [
    (name, dict(re.findall(r'([a-z_]+)="([^"]*)"', labels)))
    for name, labels in _SAMPLE.findall(fresh())
]


def wanted(expression: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The series that an expression names: each value that it asks for, by itself."""
    for name, selector in _SERIES.findall(expression):
        labels = {
            label: value.split("|") if operator == "=~" else [value]
            for label, operator, value in _LABEL.findall(selector)
            if "$" not in value
        }
        yield name, {}
        for label, values in labels.items():
            for value in values:
                yield name, {label: value}


def missing(expression: str) -> list[str]:
    """The series that an expression names and a fresh process does not export."""
    return [
        f"{name}{labels}"
        for name, labels in wanted(expression)
        if name not in NOT_BEFORE
        and not any(
            there == name and all(re.fullmatch(v, has.get(k, "")) for k, v in labels.items())
            for there, has in FRESH
        )
    ]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_sees_its_series_from_the_start(rule: dict[str, Any]) -> None:
    assert missing(rule["expr"]) == []


@pytest.mark.parametrize("expression", expressions())
def test_a_panel_sees_its_series_from_the_start(expression: str) -> None:
    assert missing(expression) == []


def test_the_check_bites() -> None:
    assert missing('sum(consentry_dead_letters_total{code="RAW_PERSONAL_DATA"})') != []
    assert missing('sum(consentry_findings_total{severity=~"HIGH|HIGHER"})') != []
    assert missing("consentry_nothing_total") != []
    exported = {name for name, _ in FRESH}
    assert not NOT_BEFORE.keys() & exported, "it is exported: no exception is needed"
