"""A sample through the real thing: sent as producers would, judged by a worker, scored."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka.partitioner import murmur2

from streams.cli.main import main
from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.dev.board import Board
from streams.dev.output_reader import open_outputs
from streams.dev.samples import POLICY_FILE, Form, Sample, SampleOptions, make_sample, write_sample
from streams.dev.scoring import Score, ScoredNet, score
from streams.dev.sending import Outgoing, send
from tests.kafka.harness import Bus


@pytest.fixture
def shop(kafka: str, unique: str) -> Iterator[Bus]:
    """A bus whose worker judges under the sample's policy."""
    with Bus(kafka, unique, policy_file=POLICY_FILE) as one:
        yield one


def now() -> Instant:
    return Instant(int(time.time() * 1000))


def sample_of(subjects: int, **options: float) -> Sample:
    """Half a minute old, so that its last deadlines have passed."""
    until = Instant(now() - 40_000)
    return make_sample(SampleOptions(subjects=subjects, seed=11, until=until, **options))


def outgoing(sample: Sample) -> Iterator[Outgoing]:
    return (Outgoing(r.topic, r.key, r.value) for r in sample.records)


def scored(bus: Bus, sample: Sample, seconds: float = 30.0) -> Score:
    """The score once it is full, or as it is after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        net = ScoredNet()
        for finding in bus.findings():
            net.add_finding(finding)
        for duty in bus.duties().values():
            net.add_duty(duty)  # which leaves out those that were taken back
        result = score(sample.truth, net.findings(), net.duties(), now())
        if result.full or time.monotonic() > deadline:
            return result
        time.sleep(0.5)


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
def test_kill_9_in_the_middle_of_the_sample_leaves_the_score_full(
    shop: Bus, store: str, tmp_path: Path
) -> None:
    sample = sample_of(500, disorder=0.1, duplicates=0.1, conflicts=0.01, bad=0.005)
    total = len(sample.records)
    sending = threading.Thread(
        target=lambda: asyncio.run(send(shop.settings, outgoing(sample), rate=1_500))
    )
    judged_at_kill = []
    settings: dict[str, Any] = {"store": store, "store_folder": tmp_path}
    worker = shop.worker(**settings)
    try:
        sending.start()
        for share in (0.25, 0.6):
            while sum(shop.committed().values()) < total * share:
                time.sleep(0.05)
            worker.kill()
            judged_at_kill.append(sum(shop.committed().values()))
            worker = shop.worker(**settings)
        sending.join()
        shop.settle(worker)
        result = scored(shop, sample)
    finally:
        worker.kill()
    assert judged_at_kill[0] < judged_at_kill[1]
    assert judged_at_kill[0] < total  # it did die in the middle
    assert (result.missing, result.extra) == ((), ())


def test_produce_puts_files_where_the_worker_looks(
    shop: Bus, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in shop.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    sample = sample_of(60, bad=0.01)
    write_sample(sample, tmp_path, Form.JSONL)
    refused = sum(1 for record in sample.records if record.event is None)

    assert main(["produce", str(tmp_path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["sent"] == len(sample.records) - refused
    assert len(answer["refused"]) == refused

    sent = [record for topic in shop.names.inputs.values() for record in shop.read(topic)]
    assert len(sent) == answer["sent"]
    for record in sent:
        partitions = shop.settings.partitions
        assert record.partition == (murmur2(record.key) & 0x7FFFFFFF) % partitions
    assert {(r.topic, r.key, r.value) for r in sent} == {
        (shop.names.inputs[r.topic], r.key, r.value) for r in sample.records if r.event
    }


def test_produce_names_missing_topics(
    kafka: str, unique: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", f"{unique}.")
    (tmp_path / "e.jsonl").write_text("{}")
    assert main(["produce", str(tmp_path / "e.jsonl"), "--brokers", kafka]) == 2
    said = capsys.readouterr().err
    assert f"{unique}.data-share" in said
    assert "consentry topics create" in said


def test_the_rate_is_kept(shop: Bus) -> None:
    sample = sample_of(20)
    began = time.monotonic()
    sent = asyncio.run(send(shop.settings, list(outgoing(sample))[:100], rate=100))
    assert sent == 100
    # Not faster; how much slower is up to the machine.
    assert time.monotonic() - began > 0.9


def test_watch_sees_what_the_worker_says(shop: Bus) -> None:
    sample = sample_of(60)
    asyncio.run(send(shop.settings, outgoing(sample)))
    command = [sys.executable, "-m", "streams.cli.main", "watch", "--from-beginning"]
    with shop.worker() as worker:
        shop.settle(worker)
        assert scored(shop, sample).full
    with (
        subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, env=shop.environment()
        ) as as_json,
        subprocess.Popen(command, stdout=subprocess.PIPE, env=shop.environment()) as as_lines,
    ):
        expected = [finding.violation_id for finding in shop.findings()]
        assert as_json.stdout is not None
        assert as_lines.stdout is not None
        read = [
            json.loads(as_json.stdout.readline())
            for _ in range(len(expected) + len(shop.read(shop.names.duties)))
        ]
        line = as_lines.stdout.readline().decode()
        as_json.terminate()
        as_lines.terminate()
    assert sorted(one["violation_id"] for one in read if one["kind"] == "finding") == sorted(
        expected
    )
    assert {one["duty_id"] for one in read if one["kind"] == "duty"} == set(shop.duties())
    assert "raised" in line


def test_a_feed_from_now_on_starts_with_what_comes_next(shop: Bus) -> None:
    sample = sample_of(60)
    board = Board()

    async def follow() -> None:
        async with open_outputs(shop.settings, from_beginning=False) as feed:
            await feed.next()
            await send(shop.settings, outgoing(sample))
            deadline = time.monotonic() + 60
            # Duties come on a topic of their own, so one of them may be read first.
            while time.monotonic() < deadline and not board.changes["raised"]:
                for one in await feed.next():
                    if isinstance(one, Finding):
                        board.take(one)
        assert feed.unreadable == 0

    with shop.worker():
        asyncio.run(follow())
    assert board.changes["raised"] > 0
