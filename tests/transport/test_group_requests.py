"""The requests of KIP-447, byte by byte beside those of another client."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from aiokafka import errors
from aiokafka.consumer import group_coordinator
from aiokafka.producer import sender, transaction_manager
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from kafka.protocol import consumer as their_consumer
from kafka.protocol import producer as their_producer

from streams.transport.group.group_producer import InstanceTaken, NotOwned, _OffsetCommit
from streams.transport.group.requests import (
    GroupMember,
    OffsetFetchResponse_v7,
    StableOffsetFetch,
    TxnOffsetCommit,
    TxnOffsetCommitResponse_v3,
)
from streams.transport.group.stable_offsets import require_stable_offsets

MEMBER = GroupMember(7, "member-1", "i1")
ALL = {9: (0, 20), 28: (0, 20)}


def test_offsets_with_the_member_that_commits() -> None:
    ours = TxnOffsetCommit("t-1", "g", (4711, 2), MEMBER, {"a": [(0, 12, "m"), (3, 9, "")]})
    theirs = their_producer.TxnOffsetCommitRequest
    topic = theirs.TxnOffsetCommitRequestTopic
    place = topic.TxnOffsetCommitRequestPartition
    places = [
        place(partition_index=number, committed_offset=offset, committed_leader_epoch=-1,
              committed_metadata=text)
        for number, offset, text in ((0, 12, "m"), (3, 9, ""))
    ]  # fmt: skip
    wanted = theirs(
        version=3, transactional_id="t-1", group_id="g", producer_id=4711, producer_epoch=2,
        generation_id=7, member_id="member-1", group_instance_id="i1",
        topics=[topic(name="a", partitions=places)],
    )  # fmt: skip
    assert ours.prepare(ALL).encode() == wanted.encode(version=3)


def test_a_member_without_a_lasting_name() -> None:
    ours = TxnOffsetCommit("t", "g", (1, 0), MEMBER._replace(instance_id=None), {})
    theirs = their_producer.TxnOffsetCommitRequest(
        version=3, transactional_id="t", group_id="g", producer_id=1, producer_epoch=0,
        generation_id=7, member_id="member-1", group_instance_id=None, topics=[],
    )  # fmt: skip
    assert ours.prepare(ALL).encode() == theirs.encode(version=3)


def test_offsets_are_asked_for_when_no_transaction_is_open_over_them() -> None:
    ours = StableOffsetFetch("g", {"a": [0, 3]})
    theirs = their_consumer.OffsetFetchRequest
    topic = theirs.OffsetFetchRequestTopic(name="a", partition_indexes=[0, 3])
    wanted = theirs(version=7, group_id="g", topics=[topic], require_stable=True)
    assert ours.prepare(ALL).encode() == wanted.encode(version=7)


def test_brokers_before_2_5_are_refused() -> None:
    for request in (StableOffsetFetch("g", {}), TxnOffsetCommit("t", "g", (1, 0), MEMBER, {})):
        with pytest.raises(NotImplementedError):
            request.prepare({9: (0, 6), 28: (0, 2)})


class Coordinator:
    """A coordinator whose broker gives one answer."""

    group_id = "g"

    def __init__(self, *partitions: tuple[int, int, int, str | None, int]) -> None:
        self.dead = 0
        self.answer = OffsetFetchResponse_v7(
            0, [("a", [(*one, {}) for one in partitions], {})], 0, {}
        )
        self._coordinator = self
        self._do_fetch_commit_offsets: Any = None
        require_stable_offsets(self)

    async def _send_req(self, request: object) -> Any:
        assert isinstance(request, StableOffsetFetch)
        return OffsetFetchResponse_v7.decode(self.answer.encode())

    def coordinator_dead(self) -> None:
        self.dead += 1

    async def fetch(self) -> Any:
        return await self._do_fetch_commit_offsets([TopicPartition("a", 0)])


async def _fetched(*partitions: tuple[int, int, int, str | None, int]) -> Any:
    return await Coordinator(*partitions).fetch()


def test_offsets_that_are_there() -> None:
    import asyncio

    found = asyncio.run(_fetched((0, 12, -1, "m", 0), (1, -1, -1, None, 0), (2, 5, 0, None, 0)))
    assert found == {
        TopicPartition("a", 0): OffsetAndMetadata(12, "m"),
        TopicPartition("a", 2): OffsetAndMetadata(5, ""),
    }


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (88, errors.CoordinatorLoadInProgressError),  # a transaction is open
        (14, errors.CoordinatorLoadInProgressError),
        (16, errors.NotCoordinatorForGroupError),
        (30, errors.GroupAuthorizationFailedError),
    ],
)
def test_an_open_transaction_is_waited_for(code: int, kind: type[Exception]) -> None:
    import asyncio

    with pytest.raises(kind) as raised:
        asyncio.run(_fetched((0, 12, -1, "m", code)))
    assert getattr(raised.value, "retriable", False) is (code != 30)


class Transaction:
    """What a handler says to the transaction."""

    def __init__(self) -> None:
        self.failed: list[Exception] = []
        self.committed: list[tuple[Any, int]] = []
        self._pending_txn_offsets: deque[Any] = deque([("g", {}, self)])

    def set_exception(self, error: Exception) -> None:
        self.failed.append(error)

    def offset_committed(self, place: Any, offset: int, _group: str) -> None:
        self.committed.append((place, offset))


class Sender:
    _retry_backoff = 0.1

    def __init__(self) -> None:
        self._txn_manager = Transaction()

    def _coordinator_dead(self, _kind: object) -> None: ...


@pytest.mark.parametrize(
    ("code", "failed", "again"),
    [
        (0, None, None),
        (22, NotOwned, None),
        (25, NotOwned, None),
        (82, InstanceTaken, None),
        (14, None, 0.1),
    ],
)
def test_a_member_of_an_earlier_generation_commits_nothing(
    code: int, failed: type[Exception] | None, again: float | None
) -> None:
    place = TopicPartition("a", 0)
    owner = Sender()
    handler = _OffsetCommit(owner, {place: OffsetAndMetadata(5, "")}, "g", MEMBER)
    answer = TxnOffsetCommitResponse_v3(0, [("a", [(0, code, {})], {})], {})
    waits = handler.handle_response(TxnOffsetCommitResponse_v3.decode(answer.encode()))
    assert waits == again
    assert [type(one) for one in owner._txn_manager.failed] == ([failed] if failed else [])
    assert owner._txn_manager.committed == ([(place, 5)] if code == 0 else [])


def test_what_is_replaced_in_aiokafka_is_there() -> None:
    import inspect

    own = inspect.getsource(group_coordinator.GroupCoordinator)
    assert own.count("self._do_fetch_commit_offsets(") == 2
    assert "self._do_txn_offset_commit(offsets, group_id)" in inspect.getsource(sender.Sender)
    manager = inspect.getsource(transaction_manager.TransactionManager)
    assert "self._pending_txn_offsets.append((group_id, offsets, fut))" in manager
    # Why a refusal is not reported as an error of the transaction.
    forgets = inspect.getsource(transaction_manager.TransactionManager.error_transaction)
    assert "self._txn_partitions.clear()" in forgets
    assert "is_empty_transaction()" in inspect.getsource(sender.Sender._do_txn_commit)
