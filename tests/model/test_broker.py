"""The broker in memory does what Kafka does, as far as the model leans on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import OffsetOutOfRangeError, ProducerFenced
from aiokafka.structs import TopicPartition

from tests.model.broker import Broker
from tests.model.clients import Producer, Reader
from tests.model.log import Busy, Content, Offset, Session
from tests.model.loop import Clock
from tests.model.network import Process
from tests.model.wire import AtOnce

LOG = ("log", 0)


def broker() -> Broker:
    return Broker({"in": 2, "log": 2})


def writes(one: Broker, session: Session, value: bytes = b"v") -> None:
    one.add_places(session, [LOG])
    one.produce(session, LOG, [Content(b"k", value)])


def values(one: Broker) -> list[bytes | None]:
    return [record.value for record in one.visible(*LOG)]


def test_a_transaction_shows_when_its_marker_is_written_and_the_marker_takes_an_offset() -> None:
    one = broker()
    session = one.init_producer("t")
    writes(one, session)
    log = one.logs[LOG]
    assert (values(one), log.end, log.stable_end) == ([], 1, 0)
    one.end(session, commit=True)
    assert values(one) == []
    one.settle()
    assert (values(one), log.end, log.stable_end) == ([b"v"], 2, 2)
    assert log.read(1, 9, committed=True) == ([], 2)


def test_an_open_transaction_holds_back_all_that_comes_after_it() -> None:
    one = broker()
    writes(one, one.init_producer("t"))
    one.append(*LOG, key=None, value=b"after")
    assert values(one) == []
    one.expire("t")
    one.settle()
    assert values(one) == [b"after"]


def test_a_successor_aborts_and_fences_at_once_and_begins_when_the_markers_are_there() -> None:
    one = broker()
    zombie = one.init_producer("t")
    writes(one, zombie)
    with pytest.raises(Busy):
        one.init_producer("t")
    for late in (
        lambda: one.add_places(zombie, [LOG]),
        lambda: one.produce(zombie, LOG, [Content(b"k", b"late")]),
        lambda: one.add_group(zombie, "g"),
        lambda: one.end(zombie, commit=True),
    ):
        with pytest.raises(ProducerFenced):
            late()
    one.settle()
    writes(one, one.init_producer("t"), b"new")
    assert (values(one), one.logs[LOG].end) == ([], 3)


def test_a_commit_that_was_asked_for_cannot_be_aborted_any_more() -> None:
    one = broker()
    session = one.init_producer("t")
    writes(one, session)
    one.end(session, commit=True)
    assert not one.expire("t")
    with pytest.raises(Busy):
        one.init_producer("t")
    one.settle()
    assert one.init_producer("t").epoch == session.epoch + 1
    assert values(one) == [b"v"]


def test_offsets_show_after_the_markers_and_never_those_of_an_aborted_transaction() -> None:
    one = broker()
    session = one.init_producer("t")
    for at, commit in ((5, True), (7, False)):
        writes(one, session)
        one.add_group(session, "g")
        one.send_offsets(session, "g", {("in", 0): Offset(at, "m")})
        one.end(session, commit=commit)
        one.tasks.popleft()()
        one.init_producer("other")
        one.settle()
        assert one.committed("g", 0) == {"in": 5}
    assert one.metadata("g") == {("in", 0): "m"}


def test_what_retention_deleted_is_out_of_range_and_what_compaction_took_leaves_holes() -> None:
    one = broker()
    for key in (b"a", b"b", b"a"):
        one.append(*LOG, key=key, value=key)
    one.logs[LOG].compact()
    assert [record.offset for record in one.visible(*LOG)] == [1, 2]
    one.truncate(*LOG, 2)
    assert [record.offset for record in one.visible(*LOG)] == [2]
    with pytest.raises(OffsetOutOfRangeError):
        one.logs[LOG].read(1, 9, committed=True)


def test_the_clients_write_and_read_a_transaction() -> None:
    one = broker()
    place = TopicPartition(*LOG)

    async def run() -> list[bytes | None]:
        wire = AtOnce(one)
        producer = Producer(one, wire, "t")
        await producer.start()
        for first in (0, 4):
            await producer.begin_transaction()
            deliveries = []
            for number in range(first, first + 4):
                batch = producer.create_batch()
                assert batch.append(timestamp=None, key=b"k", value=b"%d" % number, headers=[])
                deliveries.append(await producer.send_batch(batch, *LOG[:1], partition=LOG[1]))
            for delivery in deliveries:
                await delivery
            await producer.send_offsets_to_transaction({TopicPartition("in", 1): (3, "")}, "g")
            await producer.commit_transaction()
        reader = Reader(one, wire)
        reader.assign([place])
        end = (await reader.end_offsets([place]))[place]
        found: list[bytes | None] = []
        while await reader.position(place) < end:
            for records in (await reader.getmany(place, timeout_ms=50)).values():
                found += [record.value for record in records]
        return found

    assert asyncio.run(run()) == [b"%d" % n for n in range(8)]
    assert one.committed("g", 1) == {"in": 3}


def test_a_refused_batch_fails_its_own_future_only_and_the_transaction_commits() -> None:
    one = broker()
    one.refusals = 1

    async def run() -> bool:
        producer = Producer(one, AtOnce(one), "t")
        await producer.start()
        await producer.begin_transaction()
        batch = producer.create_batch()
        batch.append(timestamp=None, key=b"k", value=b"v", headers=[])
        delivery = await producer.send_batch(batch, *LOG[:1], partition=LOG[1])
        await producer.commit_transaction()
        return delivery.exception() is not None

    assert asyncio.run(run())
    assert values(one) == []


def process(main: Callable[[Process], Awaitable[object]]) -> Process:
    one = Process("p", Clock(), broker())
    one.start(lambda: main(one))
    return one


def test_a_process_goes_on_only_when_its_answer_is_delivered() -> None:
    steps: list[str] = []

    def arrives() -> str:
        steps.append("arrived")
        return "answered"

    async def main(one: Process) -> None:
        steps.append(await one.call("ask", arrives))

    one = process(main)
    [request] = one.requests
    assert steps == []
    one.move(request)
    assert steps == ["arrived"]
    one.move(request)
    one.run()
    assert steps == ["arrived", "answered"]


def test_a_killed_process_runs_nothing_more_and_its_requests_may_still_arrive() -> None:
    steps: list[str] = []

    async def main(one: Process) -> None:
        try:
            await one.call("ask", lambda: steps.append("arrived"))
        finally:
            await one.call("tidy", lambda: steps.append("tidied"))

    one = process(main)
    [left] = one.kill()
    left.arrive()
    one.run()
    assert steps == ["arrived"]
    assert not one.requests


def test_leaving_ends_a_process_in_the_middle() -> None:
    steps: list[str] = []

    async def main(one: Process) -> None:
        try:
            one.leave(70)
        except BaseException:
            await one.call("tidy", lambda: steps.append("tidied"))
            raise

    one = process(main)
    assert (one.code, one.requests, steps) == (70, [], [])
