"""The judge of a partition number alone: bytes in, batches of outputs out, and no Kafka."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bench.stream import UNCOVERED, Made, key_of
from streams.agents.partition_judge import PartitionJudge
from streams.core.policy import Policy, default_policy
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import Progress
from streams.wire.record import Record

PIECE = 500
"""Records of a poll batch."""


class Unbounded:
    """In the place of a committer."""

    bounds = Bounds(1_000_000, 1 << 40, 0.0)


class Cost(NamedTuple):
    """What an event of a stream took: microseconds of CPU, and bytes written."""

    us: float
    written: float


def timed(judge: PartitionJudge, records: Sequence[Record], piece: int = PIECE) -> Cost:
    """What an event costs, handed over in batches of so many records."""
    gc.collect()
    began = time.process_time()
    written = judge_all(judge, records, piece)
    took = time.process_time() - began
    return Cost(took / len(records) * 1e6, written / len(records))


def new_judge(rows: MemoryRows | None = None, policy: Policy | None = None) -> PartitionJudge:
    """A judge without state, or over the rows of another one."""
    settings = Settings(partitions=1)
    policy = default_policy() if policy is None else policy
    committer: Any = Unbounded()
    partition = PartitionTask(
        0,
        1,
        MemoryRows() if rows is None else rows,
        Progress(positions={}),
        committer,
        JudgingBasis(policy),
    )
    return PartitionJudge(partition, settings, policy)


def judge_all(judge: PartitionJudge, records: Sequence[Record], piece: int = PIECE) -> int:
    """Judge records, batch by batch; the bytes that they write."""
    written = 0
    for begin in range(0, len(records), piece):
        for batch in judge.batches(PollBatch(0, 0, {}, records[begin : begin + piece])):
            written += batch.output.bytes
    return written


def records_of(made: Iterable[Made], *, uncovered: bool = True) -> list[Record]:
    """As the consumer hands them over; on request without people who consent to nothing."""
    topics = Settings().topics.inputs
    return [
        Arrived(topics[one.kind], offset, one.at, key_of(one.subject), one.value)
        for offset, one in enumerate(made)
        if uncovered or one.subject % UNCOVERED
    ]


class Arrived:
    """A record as it comes from the consumer."""

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, topic: str, offset: int, at: int, key: bytes, value: bytes) -> None:
        self.topic = topic
        self.partition = 0
        self.offset = offset
        self.timestamp = at
        self.key: bytes | None = key
        self.value: bytes | None = value
        self.headers: list[tuple[str, bytes]] = []
