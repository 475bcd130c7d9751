"""Invariants 2, 5, 9 and 10 where the mechanism is Kafka's own, on the real one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from subprocess import TimeoutExpired
from typing import Any

import aiokafka
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from streams.core.findings import DeadLetter
from streams.core.instants import parse_instant
from streams.core.quality import UNPROCESSABLE
from streams.settings import Settings
from streams.topics.reader import Reader
from streams.transport.commit.appending import send_all
from streams.transport.commit.output_batch import Output
from streams.transport.state.changelog_restore import restore
from streams.transport.tasks import kafka_clients
from streams.transport.tasks.kafka_clients import transactional_producer
from streams.wire.dead_letters import Original, encode_dead_letter
from streams.wire.progress import PROGRESS_KEY
from tests.invariants.guarantee import Broken, require, within
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import START, expected, stories
from tests.kafka.test_faults import LOSES_A_SLICE

EVENTS = stories(20)
ONE_KEY = b"SHOP\x1fs\x00E1" + bytes(32)

WITHOUT_CONTINUITY = """
from tests.control import safeguards
safeguards.continuity()
"""


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=1) as one:
        yield one


def a_slice_is_lost(bus: Bus, fault: str) -> None:
    """Between the client and the agent; the next owner goes on from the committed offsets."""
    with bus.worker(fault=fault) as first:
        for event in bus.events(EVENTS):
            bus.send(event)
        try:
            bus.settle(first)
        except AssertionError:  # it ended before that
            require(first.ended() == 70, f"it ended with {first.process.returncode}")
    with bus.worker() as second:
        bus.settle(second)
    lost = expected(EVENTS, START) - bus.net()
    require(not lost, f"{len(lost)} findings lost")


def test_continuity_holds(bus: Bus) -> None:
    a_slice_is_lost(bus, LOSES_A_SLICE)


def test_continuity_bites(bus: Bus) -> None:
    with pytest.raises(Broken, match="findings lost"):
        a_slice_is_lost(bus, WITHOUT_CONTINUITY + LOSES_A_SLICE)


async def an_aborted_row_is_on_the_changelog(settings: Settings) -> None:
    """Behind a committed one; the log ends with the marker of the abort."""
    changelog = settings.topics.changelog
    producer = transactional_producer(settings, 0)
    await producer.start()
    for key, end in (
        (PROGRESS_KEY, producer.commit_transaction),
        (ONE_KEY, producer.abort_transaction),
    ):
        await producer.begin_transaction()
        for delivery in await send_all(producer, [Output(changelog, 0, key, b"row")]):
            await delivery
        await end()
    await producer.stop()
    reader = kafka_clients.changelog_reader(settings)
    await reader.start()
    try:
        restored = await within(10, restore(reader, changelog, [0]), "the restore never ends")
    finally:
        await reader.stop()
    require(len(restored[0].rows) == 0, "a row was restored that was never committed")
    assert restored[0].progress == b"row"


def test_read_committed_holds(bus: Bus) -> None:
    asyncio.run(an_aborted_row_is_on_the_changelog(bus.settings))


def test_read_committed_bites(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    def uncommitted(**options: Any) -> object:
        return Reader(**(options | {"isolation_level": "read_uncommitted"}))

    monkeypatch.setattr("streams.transport.tasks.kafka_clients.Reader", uncommitted)
    with pytest.raises(Broken, match="restored that was never committed"):
        asyncio.run(an_aborted_row_is_on_the_changelog(bus.settings))


WITHOUT_THE_WATCH = """
from streams.transport.tasks.log_watch import LogWatch
LogWatch.look = lambda self, views: None
"""


def a_partition_is_added(bus: Bus, fault: str = "", patience_s: float = 40.0) -> None:
    """To one input, while a worker is at its end; a share comes to stand there."""
    topic = bus.names.data_share
    with bus.worker(fault=fault) as worker:
        bus.send(*bus.events(EVENTS[:8]))
        bus.settle(worker)
        admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
        admin.create_partitions({topic: 2})
        admin.close()
        producer = KafkaProducer(**bus.settings.connection.kafka_python_options())
        producer.send(topic, b"{}", partition=1).get(10)
        producer.close()
        try:
            code = worker.ended(patience_s)
        except TimeoutExpired:
            raise Broken("a partition is read by nobody, and nobody says so") from None
        require(code == 2, f"it ended with {code}")


def test_watching_the_topics_holds(bus: Bus) -> None:
    a_partition_is_added(bus)


def test_watching_the_topics_bites(bus: Bus) -> None:
    with pytest.raises(Broken, match="read by nobody"):
        a_partition_is_added(bus, WITHOUT_THE_WATCH, patience_s=12.0)


def set_config(bus: Bus, topic: str, name: str, value: object) -> None:
    """What an operator could have set otherwise."""
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, {name: ("SET", str(value))})
    admin.alter_configs([resource])
    admin.close()


def soon(scenario: Callable[[], object]) -> None:
    """Run it until it raises: a broker takes a moment to heed a setting."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        scenario()


def a_clock_is_fast(bus: Bus) -> None:
    """The writer of ticks lives in another century; the topic does not."""
    fast = parse_instant("2126-01-01T00:00:00.000Z")
    bus.send(Sent(topic=bus.names.ticks, key=None, value=b"tick", partition=0, timestamp=fast))
    *_, tick = bus.read(bus.names.ticks)
    require(tick.timestamp < fast, "deadlines fall due by a writer's clock")


def test_append_time_of_ticks_holds(bus: Bus) -> None:
    a_clock_is_fast(bus)


def test_append_time_of_ticks_bites(bus: Bus) -> None:
    set_config(bus, bus.names.ticks, "message.timestamp.type", "CreateTime")
    set_config(bus, bus.names.ticks, "message.timestamp.after.max.ms", 2**63 - 1)
    with pytest.raises(Broken, match="by a writer's clock"):
        soon(lambda: a_clock_is_fast(bus))


async def the_largest_record_is_set_aside(settings: Settings) -> None:
    """An input of the largest size is kept whole as a dead letter, and fits when re-keyed."""
    names, largest = settings.topics, settings.input_max_bytes - 200
    value = bytes(largest)
    original = Original(
        topic=names.data_share,
        partition=0,
        offset=1,
        timestamp=START,
        key=b"k",
        value=value,
        headers=(("trace", b"1"),),
    )
    letter = encode_dead_letter(original, DeadLetter(code=UNPROCESSABLE, reason="?"), START)
    source = aiokafka.AIOKafkaProducer(
        **settings.connection.aiokafka_options(), max_request_size=2 * settings.output_max_bytes
    )
    await source.start()
    await source.send_and_wait(names.data_share, value, key=b"k", partition=0)
    await source.stop()
    producer = transactional_producer(settings, 0)
    await producer.start()
    try:
        await producer.begin_transaction()
        headers = [("consentry-topic", names.data_share.encode()), ("consentry-offset", b"1")]
        outputs = [
            Output(names.dead_letters, 0, b"k", letter),
            Output(names.rekeyed, 0, b"k", value, headers),
        ]
        for delivery in await send_all(producer, outputs):
            await delivery
        await producer.commit_transaction()
    except Exception as error:
        raise Broken(f"a record cannot be set aside: {type(error).__name__}") from error
    finally:
        await producer.stop()


def test_room_for_what_is_set_aside_holds(bus: Bus) -> None:
    asyncio.run(the_largest_record_is_set_aside(bus.settings))


def dead_letters(bus: Bus) -> str:
    return bus.names.dead_letters


def rekeyed(bus: Bus) -> str:
    return bus.names.rekeyed


@pytest.mark.parametrize("topic", [dead_letters, rekeyed])
def test_room_for_what_is_set_aside_bites(bus: Bus, topic: Callable[[Bus], str]) -> None:
    set_config(bus, topic(bus), "max.message.bytes", bus.settings.input_max_bytes - 100)
    with pytest.raises(Broken, match="cannot be set aside: MessageSizeTooLargeError"):
        soon(lambda: asyncio.run(the_largest_record_is_set_aside(bus.settings)))
