"""What stands on `/metrics` of a worker: every metric, nothing else, and nobody."""

from __future__ import annotations

import subprocess
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.core.assumptions import Assumption
from streams.core.instants import LATEST
from streams.core.policy import default_policy
from streams.health.report import PartitionReport, TopicReport, WorkerReport
from streams.measures.transport_stats import TransportStats
from streams.measures.worker_stats import WorkerStats
from streams.metrics.catalogue import WORKER
from streams.metrics.expose import exposition
from streams.metrics.worker import WorkerCollector
from streams.settings import Settings
from streams.wire.progress import Counters
from tests.metrics.scraping import samples
from tests.receivers import needs
from tests.transport.records import One

REPORT = WorkerReport(
    live=True,
    ready=False,
    phase="judging",
    reasons=["a reason"],
    group_answered_s=0.5,
    partitions={
        0: PartitionReport(
            lag=3,
            last_commit_s=None,
            waiting_s=0.5,
            standing_s=2.0,
            topics={
                "purchase": TopicReport(committed=8, lag=3, uncommitted=2, uncommitted_s=61.5),
                "ticks": TopicReport(committed=1, lag=None),
            },
        ),
        1: PartitionReport(lag=0, last_commit_s=1.0, waiting_s=0.0, standing_s=0.0, topics={}),
    },
)


def filled() -> tuple[WorkerStats, TransportStats]:
    stats, work = WorkerStats(), TransportStats()
    stats.ended("purchase", Counters(read=5, judged=3, duplicates=2))
    finding: Any = SimpleNamespace(
        code="SHARE_WITHOUT_CONSENT",
        severity=SimpleNamespace(value="CRITICAL"),
        status=SimpleNamespace(value="OPEN"),
    )
    stats.finding(finding)
    stats.duty(cast("Any", SimpleNamespace(status=SimpleNamespace(value="DUE"))))
    stats.dead_letters["UNPROCESSABLE_EVENT"] += 1
    stats.assumptions.count(Assumption("recipient_country", "crm", "ACME"), 2)
    stats.assumptions.count(Assumption("via", "crm", note=True))
    # The last record of a slice is seldom one of a rare topic.
    slice_ = [
        One("purchase", 0, 7, 1_600_000_000_000),
        One("purchase", 0, 8, 1_700_000_000_500),
        One("ticks", 0, 9, 1_700_000_000_900),
    ]
    stats.seen(slice_, {"purchase", "ticks"}, LATEST)
    stats.seen(slice_[:1], {"purchase"}, LATEST)
    stats.published([1_000, 3_000], now_ms=3_040.0)
    people: Any = SimpleNamespace(shares=[1], grants=[], signals=[])
    stats.shared(people)
    stats.shared(cast("Any", SimpleNamespace(shares=[1], grants=[1], signals=[])))
    stats.shared(cast("Any", SimpleNamespace(shares=[1, 2], grants=[], signals=[])))
    work.committed(12, 3_456, 0.007)
    work.restored(100, 0.25)
    return stats, work


def collector_of(stats: WorkerStats, work: TransportStats) -> WorkerCollector:
    owner: Any = SimpleNamespace(owned={})
    health: Any = SimpleNamespace(report=lambda: REPORT)
    judges: Any = SimpleNamespace(caches=list, lookups=SimpleNamespace(ready=7, rebuilt=2))
    return WorkerCollector(
        stats=stats,
        work=work,
        owner=owner,
        judges=judges,
        health=health,
        policy=default_policy,
        topics=Settings().topics.judged,
    )


def exposed(stats: WorkerStats, work: TransportStats) -> str:
    return exposition(collector_of(stats, work))().decode()


def test_every_metric_of_the_catalogue_is_there_and_no_other_of_ours() -> None:
    text = exposed(*filled())
    kinds = {"counter": "_total", "gauge": "", "histogram": ""}
    found = {family.name + kinds.get(family.type, ""): family for family in parsed(text)}
    ours = {name: family for name, family in found.items() if name.startswith("consentry_")}
    assert ours.keys() == {metric.name for metric in WORKER}
    for metric in WORKER:
        family = ours[metric.name]
        assert (family.type, family.documentation) == (metric.kind, metric.help)
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == set(metric.labels)
    assert "process_resident_memory_bytes" in found


def test_the_values_are_those_that_were_counted() -> None:
    found = samples(exposed(*filled()))
    assert found["consentry_records_total"][("purchase", "judged")] == 3
    assert found["consentry_records_total"][("purchase", "duplicates")] == 2
    assert found["consentry_findings_total"][("SHARE_WITHOUT_CONSENT", "CRITICAL", "OPEN")] == 1
    assumed = ("assumption", "recipient_country", "crm", "ACME")
    assert found["consentry_assumptions_total"][assumed] == 2
    assert found["consentry_assumptions_total"][("note", "via", "crm", "")] == 1
    assert found["consentry_dead_letters_total"][("UNPROCESSABLE_EVENT",)] == 1
    assert found["consentry_last_event_timestamp_seconds"][("purchase",)] == 1_700_000_000.5
    assert found["consentry_finding_delay_seconds_bucket"][("0.05",)] == 1
    assert found["consentry_finding_delay_seconds_count"][()] == 2
    assert found["consentry_finding_delay_seconds_sum"][()] == pytest.approx(2.08)
    assert found["consentry_consumer_lag_records"][("purchase", "0")] == 3
    assert ("ticks", "0") not in found["consentry_consumer_lag_records"]
    assert found["consentry_consumer_uncommitted_records"][("purchase", "0")] == 2
    assert found["consentry_consumer_uncommitted_age_seconds"][("purchase", "0")] == 61.5
    assert found["consentry_consumer_uncommitted_age_seconds"][("ticks", "0")] == 0
    assert found["consentry_first_shares_total"][()] == 2
    assert found["consentry_first_shares_unconsented_total"][()] == 1
    assert found["consentry_worker_ready"][()] == 0
    assert found["consentry_worker_live"][()] == 1
    assert found["consentry_standing_seconds"][()] == 2
    assert found["consentry_partitions"][()] == 2
    assert found["consentry_transaction_duration_seconds_count"][()] == 1
    assert found["consentry_written_records_total"][()] == 12
    assert found["consentry_restored_rows_total"][()] == 100
    assert found["consentry_subject_lookups_total"] == {("ready",): 7, ("rebuilt",): 2}


def test_all_ways_to_end_add_up_to_what_was_read() -> None:
    counters = Counters(
        read=21, judged=1, duplicates=2, replays=3, rekeyed=4, expired=5, dead_lettered=6
    )
    assert counters.balanced
    stats = WorkerStats()
    assert stats.ended("t", counters)
    assert sum(stats.records.values()) == counters.read
    assert stats.ended("t", Counters(read=2, judged=2))
    # One that is judged in pieces, and has not ended.
    assert not stats.ended("t", Counters())
    assert stats.records == Counter(
        {
            ("t", "judged"): 3,
            ("t", "duplicates"): 2,
            ("t", "replays"): 3,
            ("t", "rekeyed"): 4,
            ("t", "expired"): 5,
            ("t", "dead_lettered"): 6,
        }
    )


def promtool(text: str) -> subprocess.CompletedProcess[str]:
    command = [needs("promtool", "prometheus"), "check", "metrics"]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_promtool_finds_nothing_to_say() -> None:
    checked = promtool(exposed(*filled()))
    assert (checked.returncode, checked.stderr) == (0, "")


def test_promtool_would_say_so() -> None:
    text = exposed(*filled()).replace("consentry_written_records_total", "consentry_written")
    assert promtool(text).returncode != 0
