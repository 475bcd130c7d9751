"""A member of the group that reads the sources: what it is assigned, and who it is meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.structs import TopicPartition

from streams.settings import Settings
from streams.topics.reader import Reader
from streams.transport.group.requests import GroupMember

FETCH_BYTES: Final = 1_048_576
FETCH_MAX_BYTES: Final = 16_777_216
METADATA_AGE_MS: Final = 30_000
"""New topics that a pattern matches are seen so often."""

_NEVER_MS: Final = 2**31 - 1


class ThrownOut(Exception):
    """The group no longer knows this member."""


def source_reader(settings: Settings) -> Reader:
    """A consumer in the group of the sources. Not started."""
    return Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("ingest"),
        kept_max_bytes=settings.output_max_bytes,
        group_id=settings.ingest_group,
        group_instance_id=settings.instance_id,
        partition_assignment_strategy=(RoundRobinPartitionAssignor,),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_bytes=FETCH_MAX_BYTES,
        session_timeout_ms=int(settings.session_timeout_s * 1000),
        heartbeat_interval_ms=int(settings.heartbeat_interval_s * 1000),
        # The group waits for a transaction that is under way.
        rebalance_timeout_ms=int((settings.transaction_timeout_s + 10) * 1000),
        # A registry that is away for a day is no reason to leave the group.
        max_poll_interval_ms=_NEVER_MS,
        metadata_max_age_ms=METADATA_AGE_MS,
    )


class SourceMembership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Follows the assignments of a consumer, and has rebalances wait for what is under way."""

    def __init__(self, consumer: Reader) -> None:
        self._consumer = consumer
        self._assigned = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.fresh = False
        """Whether partitions came, and reading has not begun at their committed offsets."""
        self.member: GroupMember | None = None
        """Who commits what is read under this assignment."""
        self.thrown_out = False
        self._heard_at: float | None = None
        self.partitions: frozenset[TopicPartition] = frozenset()
        """What is assigned now."""

    @property
    def assigned(self) -> bool:
        """Whether the group has assigned this member its partitions, if any."""
        return self._assigned.is_set()

    async def wait(self) -> None:
        """Return when partitions are assigned, or `release` was called. Raises ThrownOut."""
        await self._assigned.wait()
        if self.thrown_out:
            raise ThrownOut

    def release(self) -> None:
        """Let `wait` return."""
        self._assigned.set()

    @property
    def silent_s(self) -> float | None:
        """For how long the group's coordinator has not answered; None before it did."""
        return None if self._heard_at is None else time.monotonic() - self._heard_at

    async def held(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work that a rebalance waits for."""
        self._idle.clear()
        try:
            await work
        finally:
            self._idle.set()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Let the transaction that is under way end before the group goes on."""
        del revoked
        self._assigned.clear()
        await self._idle.wait()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Go on, from the committed offsets, as a member of this generation."""
        coordinator = self._consumer._coordinator  # noqa: SLF001 - it has no public name
        self.member = GroupMember(
            coordinator.generation,
            coordinator.member_id,
            coordinator._group_instance_id,  # noqa: SLF001
        )
        self.partitions = frozenset(assigned)
        self.fresh = True
        self._heard_at = time.monotonic()
        self._assigned.set()

    def watch(self) -> None:
        """Take note of the coordinator's answers, and when it no longer knows this member.

        aiokafka would join again, and what is in memory was read by the old member. The
        consumer has started.
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001
        reset = coordinator.reset_generation
        beat = coordinator._do_heartbeat  # noqa: SLF001

        async def noted() -> Any:
            answered = await beat()
            if answered:
                self._heard_at = time.monotonic()
            return answered

        def thrown_out() -> None:
            if coordinator.generation > 0 and not coordinator._closing.done():  # noqa: SLF001
                self.thrown_out = True
                self._assigned.set()
            reset()

        coordinator.reset_generation = thrown_out
        coordinator._do_heartbeat = noted  # noqa: SLF001
