"""A policy log on the broker in memory, and the clients of it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from streams.control import clients
from streams.control.log import ControlLog
from streams.control.record import ControlRecord, encode, record_of
from streams.policy_file import PolicyText, policy_of
from streams.settings import Settings
from tests.model.broker import Broker
from tests.model.clients import Producer, Reader
from tests.model.wire import AtOnce

SETTINGS = Settings(brokers=("b:1",), topic_prefix="t.")
TOPIC = SETTINGS.topics.control
LATER = 'notify_deadline = "PT24H"\n'


def text(content: str = "", label: str = "office") -> PolicyText:
    """A policy without registers of its own."""
    return PolicyText(label=label, text=content)


def record(sequence: int = 1, policy: PolicyText | None = None, **changes: Any) -> ControlRecord:
    """A record as a writer makes it."""
    policy = text() if policy is None else policy
    given: dict[str, Any] = {
        "who": "mo",
        "why": "the DPO decided so",
        "ticket": "DPO-1",
        "written_at": "2026-11-28T12:00:00.000Z",
    }
    if "version" not in changes:
        given["version"] = policy_of(policy, "test").version
    return record_of(policy, sequence, **(given | changes))


class PolicyReader(Reader):
    """A consumer that is asked for the partitions of the topic too."""

    def partitions_for_topic(self, topic: str) -> set[int]:
        """The partition numbers of a topic that it learned of."""
        return self._broker.partitions(topic)


class PolicyBus:
    """`at_once`: the broker and clients that streams.control makes, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ticking = itertools.count(1_000, 1_000)
        self.broker = Broker({TOPIC: 1}, now=lambda: next(ticking))
        self.readers = 0
        monkeypatch.setattr("streams.control.read.require_reachable", lambda _: None)
        monkeypatch.setattr(clients, "control_reader", self._reader)
        monkeypatch.setattr(clients, "control_producer", self._producer)

    def put(self, *records: ControlRecord) -> None:
        """Append records as a writer would have."""
        for one in records:
            key, value = encode(one)
            self.broker.append(TOPIC, 0, key=key, value=value, timestamp=7)

    def log(self) -> ControlLog:
        """What a reader makes of the topic."""
        found = ControlLog(TOPIC)
        found.take(self.broker.visible(TOPIC, 0))
        return found

    def _reader(self, settings: Settings, wait_ms: int = 5) -> Reader:
        assert settings.topics.control == TOPIC
        assert wait_ms > 0
        self.readers += 1
        return PolicyReader(self.broker, AtOnce(self.broker))

    def _producer(self, settings: Settings) -> Producer:
        return Producer(self.broker, AtOnce(self.broker), settings.control_transactional_id)
