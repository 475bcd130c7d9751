"""Everybody who is measured finds what the plain count finds, on a real broker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.batches import Parameters, prepared
from bench.bus import Bus
from bench.peers import (
    AT_LEAST_ONCE,
    BARE_AIOKAFKA,
    BARE_LIBRDKAFKA,
    BARE_LIBRDKAFKA_KEEPING,
    CONSENTRY,
    EXACTLY_ONCE,
    EXACTLY_ONCE_KEEPING,
    QUIX,
    STOCK_FAUST,
    STOCK_FAUST_KEEPING,
    Aim,
    Peer,
)
from bench.peers.peer import job
from bench.process import Command
from bench.recorder import Recorder
from bench.sections.measure import feed
from bench.sections.section import Bench

STREAM = Parameters(events=3_000, subjects=300, partitions=2)

IDLE = """
import sys
from aiokafka import AIOKafkaConsumer, TopicPartition
from bench.programs.job import read_job
import asyncio

async def run(job):
    consumer = AIOKafkaConsumer(
        bootstrap_servers=job.brokers, group_id=job.group, enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    topics = job.inputs.values()
    consumer.assign([TopicPartition(t, n) for t in topics for n in range(job.partitions)])
    while True:
        polled = await consumer.getmany(timeout_ms=100)
        if polled:
            await consumer.commit({p: r[-1].offset + 1 for p, r in polled.items()})

asyncio.run(run(read_job(sys.argv[1])))
"""


def idle(bus: Bus, folder: Path, aim: Aim) -> Command:
    return Command([sys.executable, "-c", IDLE, job(bus, folder, aim).text()])


@pytest.fixture
def bench(kafka: str, tmp_path: Path) -> Bench:
    return Bench(kafka, tmp_path, Recorder(tmp_path / "run.jsonl", {}), 1, short=True, partitions=2)


@pytest.mark.parametrize(
    "peer",
    [
        CONSENTRY,
        EXACTLY_ONCE,
        AT_LEAST_ONCE,
        STOCK_FAUST,
        BARE_AIOKAFKA,
        BARE_LIBRDKAFKA,
        QUIX,
        EXACTLY_ONCE_KEEPING,
        BARE_LIBRDKAFKA_KEEPING,
        STOCK_FAUST_KEEPING,
    ],
    ids=lambda peer: str(peer.key),
)
@pytest.mark.timeout(400)
def test_a_peer_finds_what_the_plain_count_finds(bench: Bench, peer: Peer) -> None:
    if (why := peer.missing()) is not None:
        pytest.skip(f"{peer.name}: {why}")
    stream = prepared(STREAM)
    assert len(stream.uncovered) > 20
    fed = feed(bench, peer, stream)
    assert fed.problem is None
    assert fed.watch.samples[-1].done == stream.events
    assert fed.watch.samples[-1].program_s > 0
    # Who does not keep what it says that it keeps would be measured for less work.
    if peer is CONSENTRY:
        assert fed.written["rows"] >= stream.events
    elif peer.key.endswith("keeping"):
        # Stock Faust may commit before the last of them are written.
        assert fed.written["rows"] >= 0.9 * stream.events
    elif peer is not QUIX:  # its changelog has a name of its own making
        assert stream.parameters.subjects // 2 < fed.written["rows"] < stream.events


@pytest.mark.timeout(400)
def test_a_peer_that_only_reads_and_commits_is_noticed(bench: Bench) -> None:
    fed = feed(bench, Peer(key="idle", name="idle", command=idle), prepared(STREAM))
    assert fed.problem is not None
    assert "reported 0" in fed.problem
    assert fed.written["rows"] == 0


@pytest.mark.timeout(400)
def test_a_peer_that_ends_is_an_error_with_its_last_words(bench: Bench) -> None:
    def broken(_bus: Bus, _folder: Path, _aim: Aim) -> Command:
        return Command([sys.executable, "-c", "raise SystemExit('no such thing')"])

    with pytest.raises(RuntimeError, match="exit status 1: no such thing"):
        feed(bench, Peer(key="broken", name="broken", command=broken), prepared(STREAM))
