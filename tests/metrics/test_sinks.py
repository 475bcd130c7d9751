"""What stands on `/metrics` of a deliverer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.alerts.account import Accounting
from streams.delivery.circuit import Circuit
from streams.delivery.counts import SinkStats
from streams.metrics.delivery_catalogue import DELIVERER
from streams.metrics.expose import exposition
from streams.metrics.sinks import OUTCOMES, SinkCollector
from tests.metrics.scraping import samples
from tests.metrics.test_worker import promtool


def sink_tasks() -> dict[str, Any]:
    found = {}
    for name in ("splunk", "dead"):
        stats = SinkStats()
        counts = stats.counts
        counts.read, counts.delivered, counts.duplicate, counts.dead_lettered = 20, 9, 3, 2
        counts.passed_over, counts.returned, counts.attempts, counts.failures = 1, 1, 6, 2
        stats.delays.observe(0.2)
        circuit = Circuit(1, 30.0)
        if name == "dead":
            circuit.failed(0.0)
        sender = SimpleNamespace(circuit=circuit)
        lag = None if name == "dead" else 7
        account = None
        if name == "splunk":
            account = Accounting(
                raised=10, delivered=3, grouped=4, muted={"waived": 1, "quiet": 1}, pending=1
            )
        found[name] = SimpleNamespace(
            stats=stats,
            sender=sender,
            is_halted=False,
            alert_waits_s=None,
            lag=lag,
            accounting=account,
        )
    return found


def test_every_metric_is_there_with_its_labels_and_the_counts_balance() -> None:
    text = exposition(SinkCollector(sink_tasks()))().decode()
    kinds = {"counter": "_total"}
    families = {one.name + kinds.get(one.type, ""): one for one in parsed(text)}
    assert {n for n in families if n.startswith("consentry_")} == {m.name for m in DELIVERER}
    for metric in DELIVERER:
        assert families[metric.name].documentation == metric.help
        for sample in families[metric.name].samples:
            assert sample.labels.keys() - {"le"} == set(metric.labels)
    found = samples(text)
    for name in ("splunk", "dead"):
        ended = sum(found["consentry_sink_records_total"][name, outcome] for outcome in OUTCOMES)
        read, pending = (found[f"consentry_sink_{n}"][name,] for n in ("read_total", "pending"))
        assert (read, ended, pending) == (20, 16, 4)
    published = found["consentry_alerts_total"]
    assert {labels[0] for labels in published} == {"splunk"}
    raised, waits = (found[f"consentry_alerts_{n}"]["splunk",] for n in ("raised_total", "pending"))
    assert (raised, sum(published.values()), waits) == (10, 9, 1)
    assert found["consentry_sink_circuit_open"] == {("splunk",): 0, ("dead",): 1}
    assert found["consentry_sink_lag_records"] == {("splunk",): 7}
    assert found["consentry_sink_attempts_total"]["splunk", "answered"] == 4


def test_promtool_finds_nothing_to_say() -> None:
    checked = promtool(exposition(SinkCollector(sink_tasks()))().decode())
    assert (checked.returncode, checked.stderr) == (0, "")
