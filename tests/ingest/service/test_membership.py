"""Membership of the group: what a rebalance waits for, who was thrown out, who is silent."""

from __future__ import annotations

import asyncio

import pytest

from streams.ingest.service.membership import SourceMembership, ThrownOut
from tests.ingest.service.memory_log import MEMBER, PLACES, Consumer


def test_a_rebalance_waits_for_what_is_under_way() -> None:
    async def story() -> None:
        group = SourceMembership(Consumer())  # type: ignore[arg-type]
        await group.on_partitions_assigned(PLACES)
        under_way, done = asyncio.Event(), []

        async def work() -> None:
            await under_way.wait()
            done.append("committed")

        async def revoke() -> None:
            await group.on_partitions_revoked(PLACES)
            done.append("revoked")

        working = asyncio.create_task(group.held(work()))
        await asyncio.sleep(0)
        revoking = asyncio.create_task(revoke())
        await asyncio.sleep(0)
        assert not group.assigned
        under_way.set()
        await asyncio.gather(working, revoking)
        assert done == ["committed", "revoked"]

    asyncio.run(story())


def test_a_member_that_was_thrown_out_keeps_the_name_it_read_under() -> None:
    async def story() -> None:
        consumer = Consumer()
        group = SourceMembership(consumer)  # type: ignore[arg-type]
        group.watch()
        await group.on_partitions_assigned(PLACES)
        consumer._coordinator.reset_generation()
        assert consumer.resets == 1
        consumer._coordinator.generation, consumer._coordinator.member_id = -1, ""
        assert group.member == MEMBER
        with pytest.raises(ThrownOut):
            await group.wait()

    asyncio.run(story())


def test_a_coordinator_that_does_not_answer_is_silent() -> None:
    async def story() -> None:
        consumer = Consumer()
        group = SourceMembership(consumer)  # type: ignore[arg-type]
        group.watch()

        def silent() -> float | None:
            return group.silent_s

        assert silent() is None
        await consumer._coordinator._do_heartbeat()
        before = group._heard_at
        assert before is not None
        await asyncio.sleep(0.002)
        consumer.answers = False
        await consumer._coordinator._do_heartbeat()
        assert group._heard_at == before
        assert (silent() or 0) > 0

    asyncio.run(story())
