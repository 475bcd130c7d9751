"""A worker's memory stays under its limit while a slow broker takes no commits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.kafka.harness import Bus, WorkerProcess, until

MIB = 1 << 20
BACKLOG = 160
"""Records of about a MiB: far more than the bound, and than a worker takes without it."""

COMMITS_HANG = """
import asyncio
from streams.transport.commit.direct_producer import DirectProducer
commits = []
commit = DirectProducer.commit_transaction
async def hangs(self):
    commits.append(1)
    if len(commits) > 1:  # the first says where the inputs begin
        await asyncio.sleep(600)
    await commit(self)
DirectProducer.commit_transaction = hangs
"""

UNBOUNDED = """
from streams.transport.tasks import assignment
unbounded = assignment.InFlightLimit
assignment.InFlightLimit = lambda numbers, limit, most: unbounded(numbers, limit, None)
"""


def peak(worker: WorkerProcess) -> int:
    """Bytes of memory that it had at most (VmHWM)."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.fixture
def bus(kafka: str, unique: str) -> Bus:
    return Bus(
        kafka,
        unique,
        partitions=1,
        tick_source="external",
        transaction_timeout_s=600,
        open_slices=1_000,
        in_flight_max_bytes=24 * MIB,
        dead_letter_limit_share=1.0,
    )


async def fill(bus: Bus) -> None:
    """By aiokafka, whose checksums are compiled."""
    value = b"{" + bytes(MIB - 2_000)
    options = bus.settings.connection.aiokafka_options()
    producer = AIOKafkaProducer(**options, max_request_size=2 * MIB, max_batch_size=2 * MIB)
    await producer.start()
    for _ in range(BACKLOG):
        await producer.send_and_wait(bus.names.purchase, value, b"k")
    await producer.stop()


def test_memory_stays_under_its_limit_while_nothing_commits(bus: Bus) -> None:
    """The limit is what it takes when idle, and twice what it may hold: bytes are not objects."""
    with bus:
        with bus.worker() as worker:  # before there is anything to read
            idle = peak(worker)
            assert worker.stop()[0] == 0
        asyncio.run(fill(bus))
        with bus.worker(fault=COMMITS_HANG) as worker:
            limit = idle + 2 * 24 * MIB
            peaks: list[int] = []
            until(lambda: settled(peaks, worker) or None, "it takes no more memory", 60.0, worker)
            assert peak(worker) <= limit, f"{peak(worker) // MIB} MiB, idle {idle // MIB} MiB"
            assert peak(worker) > idle + 8 * MIB, "nothing was read"
        with bus.worker(fault=COMMITS_HANG + UNBOUNDED) as worker:
            until(lambda: peak(worker) > limit or None, "without the bound it does", 60.0, worker)


def settled(peaks: list[int], worker: WorkerProcess, looks: int = 15) -> bool:
    """Whether its memory has not grown for a while; the limit holds whenever this is."""
    peaks.append(peak(worker))
    return len(peaks) > looks and peaks[-looks] == peaks[-1]
