"""A cluster in memory for taking partition numbers over: what it would hold, and what it was asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import ProducerFenced
from aiokafka.structs import TopicPartition

from streams.core.policy import default_policy
from streams.transport.commit.output_batch import Bounds
from streams.transport.tasks import settling
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.task_initializer import TaskInitializer
from streams.transport.tasks.task_plan import TaskClients, TaskPlan
from streams.wire.progress import (
    PROGRESS_KEY,
    Progress,
    StateOwner,
    decode_progress,
    encode_progress,
)
from tests.transport.producers import Producer
from tests.transport.records import One

TOPICS = ("in", "ticks")


@dataclass
class Cluster:
    """What a broker would hold, and what was asked of it in which order."""

    committed: dict[str, int] = field(default_factory=dict)
    log: list[One] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 1000))
    counts: dict[str, int] = field(default_factory=lambda: {"in": 1, "ticks": 1, "log": 1})
    steps: list[str] = field(default_factory=list)
    producers: list[Any] = field(default_factory=list)
    declared: frozenset[int] = frozenset()
    blocks: asyncio.Event | None = None
    overtaken: bool = False
    owner: StateOwner | None = None
    ids: dict[str, str] = field(default_factory=dict)
    accept_missing: bool = False

    def producer(self, _number: int) -> Any:
        self.producers.append(Started(self))
        return self.producers[-1]

    async def asked(self, _partition: int) -> dict[str, int]:
        self.steps.append("committed")
        return dict(self.committed)

    async def asked_ids(self) -> dict[str, str]:
        return self.ids

    def take_over(self, *, accept: bool = False) -> TaskInitializer:
        class View:
            committed = staticmethod(self.asked)

            @staticmethod
            async def declared_counts(count: int) -> frozenset[int]:
                assert count == self.counts["in"]
                return self.declared

            @staticmethod
            async def counts() -> dict[str, int]:
                return {topic: self.counts[topic] for topic in TOPICS}

        plan = TaskPlan(
            group_id="group",
            topics=TOPICS,
            counted=(*TOPICS, "log"),
            changelog="log",
            bounds=Bounds(10, 10_000, 1.0),
            basis=JudgingBasis(default_policy()),
            accept_lost_input=accept,
            accept_missing_history=self.accept_missing,
            passing=frozenset({"ticks"}),
            without_history=frozenset({"ticks"}),
            owner=self.owner,
        )
        clients = TaskClients(
            group=View(),
            new_producer=self.producer,
            new_reader=lambda: Reader(self),
            topic_ids=self.asked_ids,
        )
        return TaskInitializer(plan, clients)

    def take(self, *, accept: bool = False) -> PartitionTask:
        async def run() -> PartitionTask:
            owned = await self.take_over(accept=accept).take([0], {})
            await owned[0].committer.close()
            return owned[0]

        return asyncio.run(run())


FIRST_KEPT = 1_700_000_000_000
"""The timestamp of the first record that an input still has."""


class Started(Producer):
    """A transactional producer, which fences when it starts and may be fenced later."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster

    async def send_offsets_to_transaction(self, offsets: Any, group_id: str) -> None:
        if self._cluster.overtaken:
            raise ProducerFenced
        await super().send_offsets_to_transaction(offsets, group_id)

    async def abort_transaction(self) -> None:
        assert self.open is not None
        assert len(self.open) == 1, "nothing but offsets is ever taken back"
        self.open = None

    async def start(self) -> None:
        self._cluster.steps.append("fence")

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(self._cluster.counts[topic]))


class Reader:
    """A consumer of a log that ends with a marker, which is no record."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client = self
        self._at = 0

    async def set_topics(self, topics: tuple[str, ...]) -> None:
        assert topics == (*TOPICS, "log")

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        self._cluster.steps.append("reader stopped")

    def assign(self, places: Any) -> None:
        self._places = places

    def seek(self, _place: Any, offset: int) -> None:
        self._at = offset

    def pause(self, _place: Any) -> None:
        """Nothing is fetched ahead."""

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        return {place: self._cluster.starts.get(place.topic, 0) for place in places}

    async def end_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        if places != [TopicPartition("log", 0)]:
            return {place: self._cluster.ends[place.topic] for place in places}
        self._cluster.steps.append("end of changelog")
        return dict.fromkeys(places, 2 * len(self._cluster.log))

    async def getmany(self, *places: Any, timeout_ms: int) -> dict[Any, list[One]]:
        assert timeout_ms > 0
        if self._cluster.blocks is not None:
            self._cluster.blocks.set()
            await asyncio.Event().wait()
        if self._places != [TopicPartition("log", 0)]:
            return {place: [One(place.topic, 0, self._at, FIRST_KEPT)] for place in places}
        found = self._cluster.log[self._at : self._at + 1]
        self._at += 1
        return dict.fromkeys(places, found)

    async def position(self, _place: Any) -> int:
        return 2 * self._at


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "SETTLING_S", 0.3)


def stored(*, partitions: int = 1, **positions: int) -> list[One]:
    """A changelog with an older progress row and the one with these positions."""
    rows = [
        Progress(positions={"in": 0, "ticks": 0}),
        Progress(positions=positions, partitions=partitions),
    ]
    return [
        One("log", 0, 2 * n, 0, PROGRESS_KEY, encode_progress(row)) for n, row in enumerate(rows)
    ]


def of(owner: StateOwner, **ids: str) -> list[One]:
    """The same, of an installation, and of topics with these ids."""
    *before, last = stored(**AT)
    row = decode_progress(last.value or b"")
    row.owner, row.topic_ids = owner, ids
    return [*before, One("log", 0, last.offset, 0, PROGRESS_KEY, encode_progress(row))]


MINE = StateOwner("shop", "acc.", 1, {"data_share": "in", "ticks": "ticks", "violations": "out"})
AT = {"in": 5, "ticks": 2}
