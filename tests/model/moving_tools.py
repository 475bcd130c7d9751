"""What tools that move facts find in the place of Kafka: the broker in memory, at once.

The tools run while no worker does, each as one step of a schedule. It may end between two of
its transactions, as if it were killed, and is said again then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Self

import pytest

from streams.operate.growing import grow, left_behind, plan
from streams.operate.moving import ends, export, importing, writing
from streams.settings import Settings
from streams.topics import all_topics
from tests.model import clients
from tests.model.broker import Broker
from tests.model.log import Record
from tests.model.wire import AtOnce

LIVE = (ends, export, writing, grow, left_behind)
"""Modules that read from a broker."""


class Killed(Exception):
    """The tool ends here, without a word to the broker."""


class Bus:
    """As `streams.verify.bus.LiveBus`, of a broker at which nothing is under way."""

    registry = None

    def __init__(self, broker: Broker, settings: Settings) -> None:
        self._broker = broker
        self._group = settings.group_id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""

    async def committed(self, topics: Iterable[str], number: int) -> dict[str, int]:
        """Offsets of the group."""
        found = self._broker.committed(self._group, number)
        return {topic: found[topic] for topic in topics if topic in found}

    async def start(self, topic: str, number: int) -> int:
        """The log start."""
        return self._broker.logs[topic, number].start

    async def end(self, topic: str, number: int) -> int:
        """The end of what is decided."""
        return self._broker.logs[topic, number].stable_end

    settled = end

    async def read(
        self, topic: str, number: int, start: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        """Committed records between two offsets."""
        found, _ = self._broker.logs[topic, number].read(start, end - start, committed=True)
        if found:
            yield found


class Producer(clients.Producer):
    """That of an owner, which is killed with one of its transactions where that is asked."""

    left: int
    """How many transactions until then; below 0 never."""
    after: bool
    """Killed after that one was committed, or before."""

    async def commit_transaction(self) -> None:
        """Commit, or be killed."""
        kind = type(self)
        kind.left -= 1
        if kind.left != -1 or kind.after:
            await super().commit_transaction()
        if kind.left == -1:
            raise Killed


class Sender:
    """As that of `streams.operate.growing.left_behind`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""

    async def send(
        self, topic: str, number: int, key: bytes | None, value: bytes | None, headers: Any
    ) -> None:
        """Write a record; its timestamp is when it is written, as there."""
        self._broker.append(topic, number, key=key, value=value, headers=headers)


@contextmanager
def tools(broker: Broker, kill_at: int = -1, *, after: bool = False) -> Iterator[None]:
    """Within it the tools work on a broker; one is killed with its transaction `kill_at`."""

    class Owner(Producer):
        left = kill_at

    Owner.after = after

    def reader(_settings: Settings) -> clients.Reader:
        return clients.Reader(broker, AtOnce(broker))

    def owner(settings: Settings, number: int) -> Producer:
        return Owner(broker, AtOnce(broker), settings.transactional_id(number))

    async def no_schemas(*_: object, **__: object) -> dict[str, int]:
        return {}

    def create(settings: Settings) -> None:
        for topic in all_topics(settings):
            if topic.co_partitioned:
                broker.add_partitions(topic.name, settings.partitions)

    nothing: Callable[..., Any] = lambda *_: {}  # noqa: E731 - no ids of topics, no members
    with pytest.MonkeyPatch.context() as patch:
        for module, name, instead in (
            *((one, "LiveBus", lambda settings, _pace: Bus(broker, settings)) for one in LIVE),
            *((one, "changelog_reader", reader) for one in (writing, grow)),
            *((one, "topic_ids", nothing) for one in (importing, grow)),
            (writing, "transactional_producer", owner),
            (writing, "published_ids", no_schemas),
            (left_behind, "Sender", lambda _settings: Sender(broker)),
            (export, "partitions_of", lambda _, topic: len(broker.partitions(topic))),
            (importing, "count_partitions", lambda settings: settings.partitions),
            (importing, "require_no_members", nothing),
            (plan, "admin_session", _cluster),
            (plan, "read_cluster", lambda _client, names: _topics(broker, names)),
            (plan, "members_of", lambda _settings: []),
            (grow, "create_topics", create),
            (grow, "_raise", lambda what: create(what.target)),
            (grow, "_proof", lambda *_: None),  # the model has its own: `truth.converged`
        ):
            patch.setattr(module, name, instead)
        yield


@contextmanager
def _cluster(_connection: object) -> Iterator[Any]:
    yield SimpleNamespace(list_groups=list)


def _topics(broker: Broker, names: Iterable[str]) -> Any:
    topics = {
        name: SimpleNamespace(partitions=len(broker.partitions(name)))
        for name in names
        if broker.has(name)
    }
    return SimpleNamespace(topics=topics)
