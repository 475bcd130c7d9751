"""A session over clients in memory: where it begins, what a transaction holds, what is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.ingest import Identities
from streams.ingest.service import session as module
from streams.ingest.service.counts import IngestStats, SourceStats
from streams.ingest.service.reject_log import RejectLog
from streams.ingest.service.session import IngestSession
from streams.ingest.service.sources import IngestPlan
from streams.settings import Settings
from streams.transport.group.group_producer import NotOwned
from streams.transport.group.requests import GroupMember
from tests.ingest.maps import RECORD
from tests.ingest.service.memory_log import MEMBER, PLACES, Consumer
from tests.ingest.service.records import mapper, row


class Producer:
    """Remembers transactions; `refused` is raised in the place of one."""

    def __init__(self) -> None:
        self.commits: list[tuple[int, dict[TopicPartition, int], GroupMember]] = []
        self.refused: Exception | None = None

    async def commit(
        self, outputs: Any, positions: Any, *, group_id: str, member: GroupMember, metadata: str
    ) -> None:
        assert (group_id, metadata) == ("consentry-ingest", Settings().installation.declaration)
        if self.refused is not None:
            raise self.refused
        self.commits.append((len(list(outputs)), dict(positions), member))


Play = Callable[[IngestSession, Consumer, Producer], Coroutine[Any, Any, None]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., IngestStats]:
    """Runs a play with a session that was assigned three partitions."""

    def run(story: Play, **settings: Any) -> IngestStats:
        async def inside() -> IngestStats:
            consumer, producer = Consumer(), Producer()
            monkeypatch.setattr(module, "source_reader", lambda _: consumer)
            monkeypatch.setattr(module, "GroupProducer", lambda *_: producer)
            made = mapper()
            source = made.source("crm")
            assert source is not None
            plan = IngestPlan(sources=(source,), identities=Identities(), identities_topic=None,
                              compression="none")  # fmt: skip
            stats = IngestStats({"crm": SourceStats()})
            one = IngestSession(
                Settings(**settings), plan, made, stats, None, RejectLog(), "consentry-ingest-x"
            )
            await one._group.on_partitions_assigned(PLACES)
            await story(one, consumer, producer)
            return stats

        return asyncio.run(inside())

    return run


def test_where_no_offset_is_committed_the_start_is(play: Callable[..., IngestStats]) -> None:
    async def story(one: IngestSession, consumer: Consumer, producer: Producer) -> None:
        assert not one.assigned
        await one._begin()
        assert producer.commits == [(0, {PLACES[1]: 10, PLACES[2]: 10}, MEMBER)]
        assert consumer.sought == {PLACES[0]: 20, PLACES[1]: 10, PLACES[2]: 10}
        assert one.assigned

    play(story)


def test_a_transaction_is_bounded_and_counted_when_it_is_committed(
    play: Callable[..., IngestStats],
) -> None:
    async def story(one: IngestSession, _: Consumer, producer: Producer) -> None:
        await one._begin()
        producer.commits.clear()
        records = [row(RECORD | {"id": str(n)}, offset=20 + n) for n in range(5)]
        await one._take({PLACES[0]: records, PLACES[1]: [row(value=None, offset=10)]})
        assert [(count, positions) for count, positions, _ in producer.commits] == [
            (2, {PLACES[0]: 22}),
            (2, {PLACES[0]: 24}),
            (1, {PLACES[0]: 25, PLACES[1]: 11}),
        ]

    stats = play(story, transaction_max_records=2)
    assert stats.transactions == 4
    counts = stats.sources["crm"].counts
    assert (counts.records, counts.events, counts.tombstones) == (6, 5, 1)
    assert stats.sources["crm"].delays.count == 6


def test_what_another_member_owns_is_not_counted(play: Callable[..., IngestStats]) -> None:
    async def story(one: IngestSession, _: Consumer, producer: Producer) -> None:
        await one._begin()
        producer.refused = NotOwned()
        with pytest.raises(NotOwned):
            await one._take({PLACES[0]: [row()]})
        assert one.busy_since is None

    assert play(story).sources["crm"].counts.records == 0


def test_nothing_is_mapped_of_an_assignment_that_is_over(
    play: Callable[..., IngestStats],
) -> None:
    async def story(one: IngestSession, _: Consumer, producer: Producer) -> None:
        await one._begin()
        producer.commits.clear()
        await one._group.on_partitions_revoked(PLACES)
        await one._take({PLACES[0]: [row()]})
        await one._group.on_partitions_assigned(PLACES)
        await one._take({PLACES[0]: [row()]})
        assert producer.commits == []

    play(story)


def test_lost_input_stops_unless_it_is_accepted(play: Callable[..., IngestStats]) -> None:
    async def stops(one: IngestSession, _: Consumer, producer: Producer) -> None:
        await one._lost(PLACES[0], 20)  # the log has it: a new leader was behind
        with pytest.raises(ConsentryError, match=r"crm, partition 0: .* no longer has offset 5"):
            await one._lost(PLACES[0], 5)
        assert producer.commits == []

    async def goes_on(one: IngestSession, _: Consumer, producer: Producer) -> None:
        await one._begin()
        producer.commits.clear()
        await one._lost(PLACES[0], 60)
        assert producer.commits == [(0, {PLACES[0]: 10}, MEMBER)]
        assert not one.assigned

    play(stops)
    play(goes_on, accept_lost_input=True)
