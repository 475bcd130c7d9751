"""`consentry worker --processes 2` on a real Kafka, with rows in memory and on disk."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import stories
from tests.kafka.test_health import comes_to, probe
from tests.kafka.test_metrics import scraped

WORKERS = (
    "import sys; from streams.cli.main import main; "
    "sys.exit(main(['worker', '--processes', '2', '--json-logs']))"
)
PARTITIONS = 4


def supervised(bus: Bus, folder: Path, store: str) -> WorkerProcess:
    return bus.start("w", program=WORKERS, store=store, store_folder=folder, health_port=0)


def by_process(text: str, name: str) -> dict[str, float]:
    """The values of a metric that has no other label."""
    return {
        sample.labels["process"]: sample.value
        for family in parsed(text)
        for sample in family.samples
        if sample.name == name
    }


def partitions_of(worker: WorkerProcess) -> dict[str, list[str]] | None:
    """The partition numbers of each process once all are ready and both have some."""
    code, body = probe(worker, "ready")
    found = {
        name: sorted(one["partitions"]) for name, one in (body["processes"] or {}).items() if one
    }
    whole = code == 200 and sum(map(len, found.values())) == PARTITIONS
    return found if whole and all(found.values()) else None


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
def test_two_processes_share_the_partitions_and_one_that_is_killed_ends_both(
    store: str, kafka: str, unique: str, tmp_path: Path
) -> None:
    with Bus(kafka, unique, partitions=PARTITIONS) as bus:
        with supervised(bus, tmp_path, store) as worker:
            pids = worker.wait_for("worker.supervising")["pids"]
            shared = until(lambda: partitions_of(worker), "both have partitions", worker=worker)
            assert {name: len(numbers) for name, numbers in shared.items()} == {"w-1": 2, "w-2": 2}
            first, second = bus.events(stories(30)), bus.events(stories(30, first=30))
            bus.send(*first)
            bus.settle(worker)
            text, _ = scraped(worker)
            rows = by_process(text, "consentry_state_rows")
            assert rows.keys() == {"w-1", "w-2"}
            # On disk the number of rows is an estimate.
            assert sum(rows.values()) == len(first) or store == "rocksdb"
            assert all(rows.values())
            assert by_process(text, "process_resident_memory_bytes").keys() == {*rows, "supervisor"}
            assert "subject-" not in text
            os.kill(pids[1], signal.SIGKILL)
            assert worker.ended() == 70
            assert "w-2 was killed by signal 9; the others were stopped" in worker.text
            assert "Traceback" not in worker.text
            _all_gone(pids)
        bus.send(*second)
        with supervised(bus, tmp_path, store) as worker:
            comes_to(worker, "ready", 200)
            bus.settle(worker)
            verified = bus.command("verify", store="memory")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            if store == "rocksdb":
                assert {one.name for one in (tmp_path / bus.settings.group_id).iterdir()} == {
                    "w-1", "w-2"
                }  # fmt: skip
            code, seconds = worker.stop()
            assert code == 0, worker.text
            assert seconds < 8
            _all_gone(worker.wait_for("worker.supervising")["pids"])


def _all_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/status").exists() for pid in pids):
        assert time.monotonic() < deadline, "a process outlived its supervisor"
        time.sleep(0.05)


def test_a_process_that_must_be_put_right_stops_the_whole_with_its_words(
    kafka: str, unique: str, tmp_path: Path
) -> None:
    """Its folder cannot be made: code 2, as of a single worker, and the words come last."""
    folder = tmp_path / "state"
    folder.write_text("no folder")
    with (
        Bus(kafka, unique, partitions=PARTITIONS) as bus,
        supervised(bus, folder, "rocksdb") as worker,
    ):
        assert worker.ended() == 2, worker.text
        assert worker.text.splitlines()[-2].startswith("error: w-"), worker.text
        assert "Traceback" not in worker.text
