"""A bounded wait for Kafka: written for good, or the sender hears that it is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    TopicAuthorizationFailedError,
)

from streams.errors import ConsentryError
from streams.receive import publisher
from streams.receive.publisher import Publisher
from streams.receive.raw_record import RawRecord
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.settings import Settings
from streams.topics import codecs
from streams.topics.codecs import Compression
from tests.receive.serving import run

RECORD = RawRecord(b"k", b"v", [("h", b"1")])


class Producer:
    """Acknowledges what the test lets it, or fails."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.error: BaseException | None = None
        self.given = asyncio.Event()
        self.silent: set[str] = set()
        self.acknowledge = asyncio.Event()
        self.acknowledge.set()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send_and_wait(
        self, topic: str, value: bytes, key: bytes | None, headers: Any
    ) -> None:
        self.sent.append((topic, value, key, headers))
        self.given.set()
        await (asyncio.Event() if topic in self.silent else self.acknowledge).wait()
        if self.error is not None:
            raise self.error


async def opened(timeout_s: float = 0.1) -> tuple[Publisher, Producer]:
    producer = Producer()
    made = Publisher(Settings(), timeout_s, lambda *_: producer)
    await made.start()
    return made, producer


def away(made: Publisher) -> bool:
    return made.away_s is not None


async def refused(made: Publisher) -> RefusalReason:
    with pytest.raises(RequestRefused) as error:
        await made.put("t", RECORD)
    return error.value.reason


@run
async def test_it_returns_once_kafka_acknowledged() -> None:
    made, producer = await opened(5)
    producer.acknowledge.clear()
    putting = asyncio.create_task(made.put("t", RECORD))
    await asyncio.sleep(0.05)
    assert not putting.done()
    producer.acknowledge.set()
    await putting
    assert producer.sent == [("t", b"v", b"k", [("h", b"1")])]
    assert made.away_s is None


@run
async def test_it_waits_so_long_and_then_hands_kafka_nothing_more_until_it_is_back() -> None:
    made, producer = await opened()
    producer.acknowledge.clear()
    assert await refused(made) is RefusalReason.KAFKA_AWAY
    assert away(made)
    for _ in range(100):
        assert await refused(made) is RefusalReason.KAFKA_AWAY
    assert len(producer.sent) == 1
    producer.acknowledge.set()
    await asyncio.sleep(0.01)
    assert not away(made)
    await made.put("t", RECORD)
    assert not made.hopeless


@run
async def test_when_all_that_waited_failed_the_next_one_is_tried() -> None:
    made, producer = await opened()
    producer.error = KafkaTimeoutError()
    assert await refused(made) is RefusalReason.KAFKA_AWAY
    assert made.away_s is not None
    producer.error = None
    await made.put("t", RECORD)
    assert made.away_s is None


@run
async def test_what_is_too_large_for_the_topic_is_said() -> None:
    made, producer = await opened()
    producer.error = MessageSizeTooLargeError()
    assert await refused(made) is RefusalReason.TOO_LARGE
    assert made.away_s is None


@pytest.mark.parametrize(
    ("error", "hopeless"),
    [
        (OutOfOrderSequenceNumber(), True),
        (RuntimeError("anna@example.nl"), True),
        (KafkaTimeoutError(), False),
        (TopicAuthorizationFailedError(), False),
    ],
)
@run
async def test_only_errors_that_do_not_pass_ask_for_a_new_start(
    error: BaseException, *, hopeless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, producer = await opened()
    producer.error = error
    assert await refused(made) is RefusalReason.KAFKA_AWAY
    assert not made.hopeless
    monkeypatch.setattr(publisher, "HOPELESS_AFTER_S", -1.0)
    assert made.hopeless is hopeless


@run
async def test_a_topic_that_does_not_answer_holds_up_no_other() -> None:
    made, producer = await opened()
    producer.silent.add("gone")
    with pytest.raises(RequestRefused):
        await made.put("gone", RECORD)
    assert away(made)
    await made.put("t", RECORD)
    assert not away(made)
    with pytest.raises(RequestRefused):
        await made.put("gone", RECORD)
    assert [topic for topic, *_ in producer.sent] == ["gone", "t"]


@run
async def test_at_the_end_nothing_is_waited_for() -> None:
    made, producer = await opened()
    producer.acknowledge.clear()
    assert await refused(made) is RefusalReason.KAFKA_AWAY
    await asyncio.wait_for(made.stop(1), 2)


@pytest.mark.parametrize(
    ("compression", "codec"),
    [("none", None), ("gzip", "gzip"), ("snappy", "snappy"), ("lz4", "lz4"), ("zstd", "zstd")],
)
def test_what_it_writes_is_compressed_as_the_table_says(
    compression: Compression, codec: str | None
) -> None:
    asked: list[str | None] = []

    async def start() -> None:
        made = Publisher(Settings(), 1, new, compression)
        await made.start()
        real = publisher._producer(Settings(), codec)
        assert real._compression_type == codec
        await real.stop()

    def new(_: Settings, codec: str | None) -> Producer:
        asked.append(codec)
        return Producer()

    asyncio.run(start())
    assert asked == [codec]


def test_a_codec_that_is_not_installed_is_named_before_anything_is_received(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codecs, "unreadable_codecs", lambda: frozenset({"zstd"}))
    with pytest.raises(ConsentryError, match="cannot compress with zstd"):
        Publisher(Settings(), 1, compression="zstd")
