"""Every metric of the catalogue follows Prometheus's rules, and names nobody."""

from __future__ import annotations

import re

import pytest

from streams.metrics import catalogue, ingest_catalogue, receive_catalogue
from streams.metrics.catalogue import PREFIX, WORKER, Metric
from streams.metrics.delivery_catalogue import DELIVERER
from streams.metrics.ingest_catalogue import INGEST
from streams.metrics.receive_catalogue import RECEIVER

DECLARED = [
    one
    for module in (catalogue, ingest_catalogue, receive_catalogue)
    for one in vars(module).values()
    if isinstance(one, Metric)
]
BOUNDED = frozenset(
    "topic partition outcome code severity status reason sink source result version law_version "
    "policy_version compiled kind field source_system registered_recipient".split()
)
"""Labels that take only so many values: a subject or an event is never one, nor a recipient that
the register does not list; source systems have a bound (test_assumptions.py)."""
OTHER_UNITS = ("milliseconds", "_ms", "minutes", "hours", "days", "kilobytes", "_mb", "percent")


def faults(metric: Metric) -> list[str]:
    """What Prometheus or privacy would say against a metric."""
    found = []
    if not re.fullmatch(rf"{PREFIX}[a-z][a-z0-9_]*", metric.name):
        found.append("name")
    if (metric.kind == "counter") is not metric.name.endswith("_total"):
        found.append("_total")
    if any(unit in metric.name for unit in OTHER_UNITS):
        found.append("unit")
    if not set(metric.labels) <= BOUNDED:
        found.append("label")
    if not metric.help or (not metric.help[0].isupper() and not metric.help[0].isdigit()):
        found.append("help")
    if not metric.help.endswith("."):
        found.append("help")
    return found


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_a_metric_keeps_the_rules(metric: Metric) -> None:
    assert faults(metric) == []


@pytest.mark.parametrize(
    ("metric", "fault"),
    [
        (Metric("owl_total", "counter", "Owls."), "name"),
        (Metric("consentry_owls", "counter", "Owls."), "_total"),
        (Metric("consentry_owls_total", "gauge", "Owls."), "_total"),
        (Metric("consentry_owl_ms", "gauge", "Owls."), "unit"),
        (Metric("consentry_owl", "gauge", "Owls.", ("subject",)), "label"),
        (Metric("consentry_owl", "gauge", "Owls.", ("recipient",)), "label"),
        (Metric("consentry_owl", "gauge", "owls"), "help"),
    ],
)
def test_a_metric_that_breaks_a_rule_is_noticed(metric: Metric, fault: str) -> None:
    assert fault in faults(metric)


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_a_metric_that_is_declared_is_in_a_list(metric: Metric) -> None:
    """Each process shows what is in its list: test_worker.py, test_sinks.py, and so on."""
    assert metric in (*WORKER, *DELIVERER, *RECEIVER, *INGEST), f"add {metric.name} to one of them"


def test_no_name_stands_twice() -> None:
    for shown in (WORKER, DELIVERER, RECEIVER, INGEST):
        assert len({metric.name for metric in shown}) == len(shown)
    assert len({metric.name for metric in DECLARED}) == len(DECLARED)
