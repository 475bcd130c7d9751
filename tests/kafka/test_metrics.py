"""`/metrics` of a worker on a real Kafka, beside what stands on the topics."""

from __future__ import annotations

import urllib.request
from collections import Counter

from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import stories
from tests.metrics.scraping import Samples, samples


def scraped(worker: WorkerProcess) -> tuple[str, Samples]:
    """The text, and the samples of each name by the values of their labels."""
    address = worker.wait_for("health.listening")["address"]
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert answer.headers["Server"] == "consentry"
        text = answer.read().decode()
    return text, samples(text)


def test_what_a_worker_counts_is_what_it_read_and_published(bus: Bus) -> None:
    with bus.worker(health_port=0) as worker:
        sent = bus.events(stories(20))
        bus.send(*sent)
        bus.settle(worker)
        until(lambda: scraped(worker)[1]["consentry_worker_ready"][()] or None, "it is ready")

        def agrees() -> bool:
            # Deadlines pass meanwhile, so topic and counter are looked at until they agree.
            published = Counter(
                (one.code, one.severity.value, one.status.value) for one in bus.findings()
            )
            counts = scraped(worker)[1]["consentry_findings_total"]
            return bool(published) and {k: n for k, n in counts.items() if n} == published

        until(
            lambda: agrees() or None, "what was counted is what stands on the topic", worker=worker
        )
        inputs = set(bus.names.inputs.values())

        def knows_ends() -> bool:
            lags = scraped(worker)[1].get("consentry_consumer_lag_records", {})
            return inputs <= {topic for topic, _ in lags}

        until(lambda: knows_ends() or None, "the ends are known", worker=worker)
        text, found = scraped(worker)
        records = Counter[str]()
        for (topic, _outcome), value in found["consentry_records_total"].items():
            records[topic] += int(value)
        assert sum(records[topic] for topic in inputs) == len(sent)
        assert 0 < found["consentry_finding_delay_seconds_count"][()] <= len(sent)
        assert found["consentry_transaction_duration_seconds_count"][()] > 0
        assert found["consentry_live_subjects"][()] > 0
        # Each has five events, and nobody was let go: at all but the first there is somebody.
        assert found["consentry_subject_lookups_total"][("rebuilt",)] == 0
        assert found["consentry_subject_lookups_total"][("ready",)] >= len(sent) - 20
        assert found["consentry_state_rows"][()] == len(sent)
        assert "subject-" not in text
