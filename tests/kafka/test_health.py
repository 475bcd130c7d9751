"""Liveness and readiness of a worker on a real Kafka, as a probe sees them."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import stories

STANDS_STILL = """
from streams.transport.faust_driver import Consumer
getmany = Consumer.getmany
async def stops(self, timeout):
    import asyncio, os
    if os.path.exists(os.environ["STOPS"]):
        await asyncio.sleep(0.1)
        return
    async for one in getmany(self, timeout):
        yield one
Consumer.getmany = stops
"""


def probe(worker: WorkerProcess, path: str) -> tuple[int, dict[str, Any]]:
    """Status and body that a worker answers with."""
    address = worker.wait_for("health.listening")["address"]
    try:
        with urllib.request.urlopen(f"http://{address}/{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def comes_to(worker: WorkerProcess, path: str, status: int) -> dict[str, Any]:
    """Wait until a probe gets this status; the body that came with it."""

    def look() -> dict[str, Any] | None:
        code, body = probe(worker, path)
        return body if code == status else None

    body: dict[str, Any] = until(look, f"{path} says {status}", worker=worker)
    return body


def test_a_worker_is_ready_when_it_owns_partitions_or_stands_by_for_them(
    kafka: str, unique: str
) -> None:
    with (
        Bus(kafka, unique, partitions=1) as bus,
        bus.start("w1", health_port=0) as first,
        bus.start("w2", health_port=0) as second,
    ):
        code, body = probe(first, "ready")
        # It may have joined already; ready it is only then, and with nothing against it.
        assert body["live"]
        assert (code == 200) == (not body["reasons"])
        assert code != 200 or body["phase"] in ("judging", "standby")

        def phases() -> dict[str, dict[str, Any]] | None:
            answers = [probe(worker, "ready") for worker in (first, second)]
            if not all(code == 200 for code, _ in answers):
                return None
            found = {body["phase"]: body for _, body in answers}
            return found if found.keys() == {"judging", "standby"} else None

        standby = until(phases, "one judges, the other stands by", worker=first)["standby"]
        assert (standby["partitions"], standby["reasons"]) == ({}, [])
        bus.send(*bus.events(stories(10)))
        bus.settle(first)
        judging = until(phases, "one judges, the other stands by", worker=first)
        one = judging["judging"]["partitions"]["0"]
        committed = {topic: place["committed"] for topic, place in one["topics"].items()}
        assert sum(committed[topic] for topic in bus.names.inputs.values()) == 50
        assert "subject-" not in json.dumps(judging)


def test_a_worker_that_stands_still_before_records_is_not_live(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = tmp_path / "stops"
    monkeypatch.setenv("STOPS", str(stops))
    with bus.start(fault=STANDS_STILL, health_port=0, stall_after_s=5) as worker:
        comes_to(worker, "ready", 200)
        stops.touch()
        bus.send(*bus.events(stories(10)))
        body = comes_to(worker, "live", 503)
        assert "there is more to read" in body["reasons"][0]
        assert max(one["lag"] for one in body["partitions"].values()) > 0
        worker.wait_for("worker.stalled")
        stops.unlink()
        comes_to(worker, "live", 200)
        worker.wait_for("worker.recovered")
        bus.settle(worker)


def test_a_port_that_was_chosen_and_is_taken_stops_the_worker(bus: Bus) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        bus.start(health_port=other.getsockname()[1]) as worker,
    ):
        assert worker.ended() == 2
        assert "health_port" in worker.text
        assert "Traceback" not in worker.text
