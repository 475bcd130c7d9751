"""What a deliverer says when a topic is created again under it, without a broker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from streams.delivery.dead_letters import DeadLetters
from streams.delivery.deliverer import Deliverer
from streams.delivery.sink_task import SinkTask
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.sinks.load import configured
from streams.transport.tasks.log_watch import Observer, TopicView


@pytest.fixture
def ids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The id that the topics have at each look; the sink fails once it has begun."""
    left: list[str] = []

    async def ask(_: Observer, topics: tuple[str, ...]) -> dict[str, TopicView]:
        return {topic: TopicView(left[0] if len(left) == 1 else left.pop(0), 1) for topic in topics}

    async def nothing(*_: Any, **__: Any) -> None:
        pass

    async def fails(*_: Any, **__: Any) -> None:
        raise UnknownTopicOrPartitionError

    monkeypatch.setattr(Observer, "ask", ask)
    monkeypatch.setattr(DeadLetters, "start", nothing)
    monkeypatch.setattr(DeadLetters, "stop", nothing)
    monkeypatch.setattr(SinkTask, "run", fails)
    return left


def deliver(folder: Path) -> None:
    config = folder / "consentry.toml"
    config.write_text(f'[sinks.f]\ntype = "file"\nformat = "flat"\npath = "{folder / "out"}"\n')
    asyncio.run(Deliverer(Settings(), configured(config)).run())


def test_a_topic_that_is_created_again_while_a_sink_begins_is_the_reason(
    ids: list[str], tmp_path: Path
) -> None:
    ids += ["a", "a", "b"]  # both topics once, then another one
    with pytest.raises(ConsentryError, match="was deleted and created again while it was deliv"):
        deliver(tmp_path)


def test_what_kafka_says_of_the_same_topics_stays_the_reason(
    ids: list[str], tmp_path: Path
) -> None:
    ids += ["a"]
    with pytest.raises(KafkaError) as raised:
        deliver(tmp_path)
    assert isinstance(raised.value, UnknownTopicOrPartitionError)
