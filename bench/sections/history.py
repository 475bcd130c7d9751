"""What one more event costs a subject with a long history, against a short one.

The judge of a partition number (`streams.agents`), in this process and without Kafka: bytes
in, rows and findings out. Subjects first get their history, then more events are judged
and the CPU time of the process is taken. Short and long in turn.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from typing import Any

from bench.sections.section import Bench, Section
from bench.stream import UNCOVERED, Made, key_of, make
from streams.agents.judging import PartitionJudge
from streams.core.policy import default_policy
from streams.settings import Settings
from streams.transport.checks import PolicyPast
from streams.transport.delivery import Bounds
from streams.transport.partition import OwnedPartition
from streams.transport.slices import Slice
from streams.transport.table import MemoryRows
from streams.wire.progress import Progress
from streams.wire.record import Record

NAME = "history"
HISTORIES = (10, 10_000)
SHORT_HISTORIES = (10, 1_000)
FEWEST_SUBJECTS = 8
MEASURED = 24_000
SHORT_MEASURED = 2_000
PIECE = 500
"""Records of a slice."""


class Unbounded:
    """In the place of a committer."""

    bounds = Bounds(1_000_000, 1 << 40, 0.0)


def run(bench: Bench) -> None:
    """All rounds."""
    histories = SHORT_HISTORIES if bench.short else HISTORIES
    for round_ in range(1, bench.rounds + 1):
        for history in histories:
            cost = cpu_us(history, SHORT_MEASURED if bench.short else MEASURED)
            values = {"history": history, "cpu_us": cost}
            bench.record.figure(NAME, f"history-{history}", round_, values)
            bench.say(f"round {round_}  history of {history:6,}: {cost:6.1f} us an event")


def cpu_us(history: int, measured: int) -> float:
    """Microseconds of CPU for an event after so many of its subject.

    A history grows by half at most while it is measured, so short ones are those of many
    subjects. Subjects without consent are left out: their shares are findings, which cost
    more, and there must be as many of them on both sides.
    """
    subjects = max(FEWEST_SUBJECTS, measured // (history // 2))
    judge = _judge()
    _judge_all(judge, _records(make(history * subjects, subjects)))
    records = _records(make(measured, subjects, first=history * subjects))
    gc.collect()
    began = time.process_time()
    _judge_all(judge, records)
    return (time.process_time() - began) / len(records) * 1e6


def _judge() -> PartitionJudge:
    settings = Settings(partitions=1)
    policy = default_policy()
    committer: Any = Unbounded()
    partition = OwnedPartition(
        0, 1, MemoryRows(), Progress(positions={}), committer, PolicyPast(policy)
    )
    return PartitionJudge(partition, settings, policy, settings.live_subjects)


def _judge_all(judge: PartitionJudge, records: Sequence[Record]) -> None:
    for begin in range(0, len(records), PIECE):
        for _ in judge.batches(Slice(0, 0, {}, records[begin : begin + PIECE])):
            pass


def _records(made: Iterable[Made]) -> list[Record]:
    """As the consumer hands them over."""
    topics = Settings().topics.inputs
    return [
        Arrived(topics[one.kind], offset, one.at, key_of(one.subject), one.value)
        for offset, one in enumerate(made)
        if one.subject % UNCOVERED
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


SECTION = Section(NAME, "one more event after 10,000 of a subject, against 10", run, 200)
