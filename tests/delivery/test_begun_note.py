"""A sink whose offsets Kafka has forgotten gets the closes that it may have missed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiokafka
import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

import streams.delivery.begun_note as noting
import streams.delivery.start_offsets as module
from streams.core.instants import Instant
from streams.delivery.begun_note import BegunNote
from streams.delivery.catch_up import end_in
from streams.delivery.start_offsets import Start, begin
from streams.settings import Settings

PLACE = TopicPartition("consentry.violations", 0)
DAY_MS = 86_400_000


class Kafka:
    """The committed offsets of one group, and the records of one topic."""

    def __init__(self) -> None:
        self.offsets: dict[TopicPartition, OffsetAndMetadata] = {}
        self.records: dict[bytes, bytes] = {}
        self.allowed = True

    async def start(self) -> None:
        """Nothing is connected."""

    async def stop(self) -> None:
        """The same."""

    def assign(self, places: Any) -> None:
        assert places == [PLACE]

    async def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        self.offsets.update(offsets)

    async def beginning_offsets(self, places: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 0)

    async def end_offsets(self, places: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 9)

    async def send_and_wait(self, topic: str, value: bytes, key: bytes) -> None:
        assert topic == "consentry.alert-state"
        if not self.allowed:
            raise TopicAuthorizationFailedError
        self.records[key] = value


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    made = Kafka()

    async def known(*_: Any) -> Any:
        return dict(made.offsets)

    async def places(*_: Any) -> list[TopicPartition]:
        return [PLACE]

    async def records(_: Settings) -> dict[bytes, bytes]:
        if not made.allowed:
            raise TopicAuthorizationFailedError
        return made.records

    monkeypatch.setattr(module, "delivery_consumer", lambda *_: made)
    monkeypatch.setattr(module, "committed_in", known)
    monkeypatch.setattr(module, "places_of", places)
    monkeypatch.setattr(noting, "records_of", records)
    monkeypatch.setattr(aiokafka, "AIOKafkaProducer", lambda **_: made)
    return made


def begun(kafka: Kafka, sink: str = "elastic", start: Start | None = None) -> Instant | None:
    """Begin, and give from when on closes are caught up with."""
    settings = Settings()
    asyncio.run(begin(settings, sink, start, note=BegunNote(settings, sink)))
    end = end_in(kafka.offsets[PLACE].metadata)
    return None if end is None else end.closed_since


def test_only_a_sink_that_has_delivered_gets_closes(kafka: Kafka) -> None:
    assert begun(kafka) is None
    assert begun(kafka) is None, "it goes on where it stopped"
    kafka.offsets.clear()
    since = begun(kafka)
    assert since is not None
    assert abs(time.time() * 1000 - 90 * DAY_MS - since) < DAY_MS
    kafka.offsets.clear()
    assert begun(kafka, "splunk") is None
    kafka.offsets.clear()
    assert begun(kafka, start="now") is None


def test_an_installation_of_before_is_noted_at_its_next_start(kafka: Kafka) -> None:
    kafka.offsets[PLACE] = OffsetAndMetadata(5, "")
    begun(kafka)
    assert kafka.offsets[PLACE].offset == 5
    kafka.offsets.clear()
    assert begun(kafka) is not None


def test_a_user_who_may_not_look_at_it_delivers_all_the_same(kafka: Kafka) -> None:
    kafka.allowed = False
    assert begun(kafka) is None
    assert kafka.offsets
