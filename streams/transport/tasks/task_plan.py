"""What a worker makes tasks from: what it reads and writes, and the clients that it asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from streams.transport.commit.held_batches import Hold
from streams.transport.commit.output_batch import Bounds
from streams.transport.commit.pace import TransactionPace
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.state_owner import named
from streams.wire.progress import StateOwner

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


class GroupOffsets(Protocol):
    """What the consumer group knows."""

    async def committed(self, partition: int) -> dict[str, int]:
        """Committed offsets of one partition number; topics without one are left out."""

    async def declared_counts(self, count: int) -> frozenset[int]:
        """The partition counts that the offsets of the first `count` numbers declare."""

    async def counts(self) -> Mapping[str, int]:
        """The partition counts of the topics as the group knows them now."""


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """What tasks read and write, and what their state must agree with.

    `topics` are judged; `counted` are all that must have one partition count. `bounds` are
    those of a transaction. `passing` are topics whose deleted records are no loss: later ticks
    give the time. `without_history` are those that hold nothing that a first start must know:
    ticks, commands to another state, and copies of what stands on an input. `owner` is this installation, whose state alone is taken over.
    `pace` is shared by all tasks of a worker; None: none waits. `hold` says which batches need not
    be committed at once; None: all have to. `latest_basis` reads the log of policies once more,
    where a partition was judged by a later one than `basis`.
    """

    group_id: str
    topics: tuple[str, ...]
    counted: tuple[str, ...]
    changelog: str
    bounds: Bounds
    basis: JudgingBasis
    accept_lost_input: bool
    accept_missing_history: bool = False
    passing: frozenset[str] = frozenset()
    without_history: frozenset[str] = frozenset()
    owner: StateOwner | None = None
    pace: TransactionPace | None = None
    hold: Hold | None = None
    latest_basis: Callable[[], Awaitable[JudgingBasis]] | None = None

    @property
    def installation(self) -> str:
        """What committed offsets declare of their owner; "" where none is known."""
        return "" if self.owner is None else named(self.owner).declaration


@dataclass(frozen=True, kw_only=True)
class TaskClients:
    """Whom a worker asks. `topic_ids` gives ids of topics now, as far as the broker states them.

    `new_producer` takes a partition number. A reader reads committed records only, and is in
    no group.
    """

    group: GroupOffsets
    new_producer: Callable[[int], AIOKafkaProducer]
    new_reader: Callable[[], AIOKafkaConsumer]
    topic_ids: Callable[[], Awaitable[Mapping[str, str]]] | None = None
