"""Fetch sessions: only what changed is named, and nothing is missed when a session is lost."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, UnknownError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from streams.transport.fetch.session import (
    BRIEF_MS,
    GAP_S,
    LAST_EPOCH,
    FetchSession,
    SessionClient,
    SessionFetch,
    in_sessions,
)
from tests.transport.sessions import OLD, WRONG_EPOCH, Broker, Place

FIRST, SECOND, OTHER = ("a", 0), ("a", 1), ("b", 0)


class Played:
    """A fetcher's client over a broker; `heard` is what the fetcher knows of the ends."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.heard: dict[Place, int] = {}
        self.at = {FIRST: 0, SECOND: 0, OTHER: 0}
        self.subscription = SimpleNamespace(assignment=None)
        self.states: dict[Place, Any] = {}
        self.assign_again()
        fetcher: Any = SimpleNamespace(
            _client=broker, _subscriptions=SimpleNamespace(subscription=self.subscription)
        )
        self.left_out: set[Place] = set()
        in_sessions(fetcher, self.left_out)
        self.client: SessionClient = fetcher._client

    def assign_again(self) -> None:
        """The fetcher forgets what it heard of places."""
        states = self.states = {place: SimpleNamespace(timestamp=None) for place in self.at}
        self.subscription.assignment = SimpleNamespace(state_value=states.get, tps=set(states))
        self.heard.clear()

    def fetch(self, *places: Place) -> None:
        """One fetch, of all places unless some are given; what comes is read at once."""
        topics: dict[str, list[tuple[int, int, int]]] = {}
        for topic, number in places or self.at:
            topics.setdefault(topic, []).append((number, self.at[topic, number], 100))
        request = FetchRequest(500, 1, 1000, 1, list(topics.items()), "rack")
        answer = asyncio.run(self.client.send(1, request))
        for topic, parts in answer.topics:
            for number, at, end in parts:
                assert at == self.at[topic, number]
                self.heard[topic, number] = self.at[topic, number] = end


def test_the_first_fetch_names_everything_and_later_ones_what_changed() -> None:
    broker = Broker()
    played = Played(broker)
    broker.ends = {FIRST: 3}
    played.fetch()
    assert played.heard == {FIRST: 3, SECOND: 0, OTHER: 0}
    played.fetch()
    broker.ends[OTHER] = 2
    played.fetch()
    played.fetch()
    assert broker.asked == [
        (0, 0, {FIRST, SECOND, OTHER}, set()),
        (7, 1, {FIRST}, set()),
        (7, 2, set(), set()),
        (7, 3, {OTHER}, set()),
    ]
    assert broker.news == [{FIRST, SECOND, OTHER}, set(), {OTHER}, set()]
    assert played.heard == {FIRST: 3, SECOND: 0, OTHER: 2}


def test_the_time_of_an_answer_counts_for_what_it_does_not_mention() -> None:
    """How old what stands before an open transaction is goes by it (streams/health)."""
    played = Played(Broker())
    began = time.time() * 1000
    played.fetch()
    assert [one.timestamp for one in played.states.values()] == [None] * 3  # aiokafka's to note
    played.broker.ends[FIRST] = 1
    played.fetch(FIRST, SECOND)
    assert played.states[FIRST].timestamp is None
    assert played.states[SECOND].timestamp >= int(began)
    assert played.states[OTHER].timestamp is None


def test_a_place_that_is_not_fetched_for_a_while_leaves_the_session_and_comes_back() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    broker.ends[OTHER] = 5
    played.fetch(FIRST, SECOND)
    assert played.heard[OTHER] == 0
    played.fetch()
    assert broker.asked[1:] == [(7, 1, set(), {OTHER}), (7, 2, {OTHER}, set())]
    assert played.heard[OTHER] == 5


def test_a_fetch_that_leaves_a_place_out_does_not_have_it_wait() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    played.left_out.add(SECOND)
    played.fetch(FIRST, OTHER)
    played.left_out.clear()
    played.fetch()
    played.left_out.add(("a", 9))  # of another assignment
    played.fetch()
    assert broker.kept_ms == [500, BRIEF_MS, 500, 500]


@pytest.mark.parametrize("asked_ms", [0, BRIEF_MS - 1])
def test_nor_is_it_kept_longer_than_was_asked(asked_ms: int) -> None:
    fetch = FetchRequest(asked_ms, 1, 1000, 1, [], "rack")
    assert SessionFetch(fetch, FetchSession(), brief=True)._max_wait_ms == asked_ms


def test_every_end_is_heard_again_after_an_assignment() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    played.assign_again()
    played.fetch()
    assert played.heard == {FIRST: 0, SECOND: 0, OTHER: 0}
    assert broker.asked[1] == (7, 0, {FIRST, SECOND, OTHER}, set())


def test_within_one_nothing_comes_twice() -> None:
    played = Played(Broker())
    played.fetch()
    played.heard.clear()
    played.fetch()
    assert played.heard == {}


@pytest.mark.parametrize("error", [KafkaConnectionError(), asyncio.CancelledError()])
def test_a_fetch_whose_answer_was_not_seen_is_not_built_upon(error: BaseException) -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    broker.ends[FIRST] = 1
    broker.loses = [error]
    with pytest.raises(type(error)):
        played.fetch()
    broker.ends[SECOND] = 4
    played.fetch()
    assert broker.asked[-1] == (7, 0, {FIRST, SECOND, OTHER}, set())
    assert played.heard == {FIRST: 1, SECOND: 4, OTHER: 0}


def test_a_broker_that_forgot_the_session_is_asked_for_everything_at_once() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    broker.forget()
    broker.ends[OTHER] = 9
    played.fetch()
    assert [one[:2] for one in broker.asked] == [(0, 0), (7, 1), (7, 0)]
    assert played.heard[OTHER] == 9


def test_so_is_one_that_counts_otherwise() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    broker.refuses = [WRONG_EPOCH]
    played.fetch()
    assert [one[:2] for one in broker.asked] == [(0, 0), (7, 1), (7, 0)]


def test_a_broker_without_room_for_a_session_is_asked_for_everything_each_time() -> None:
    broker = Broker(room=False)
    played = Played(broker)
    for end in range(3):
        broker.ends[SECOND] = end
        played.fetch()
    assert broker.asked == [(0, 0, {FIRST, SECOND, OTHER}, set())] * 3
    assert played.heard[SECOND] == 2


def test_what_else_is_refused_is_the_fetchers_to_wait_for() -> None:
    broker = Broker()
    played = Played(broker)
    broker.refuses = [-1]
    with pytest.raises(UnknownError):
        played.fetch()
    played.fetch()
    assert [one[:2] for one in broker.asked] == [(0, 0), (0, 0)]


def test_an_old_broker_is_asked_as_before() -> None:
    broker = Broker(form=OLD)
    played = Played(broker)
    broker.ends = {FIRST: 1}
    played.fetch()
    played.fetch()
    assert broker.news == [{FIRST, SECOND, OTHER}] * 2


def test_the_epoch_begins_again_after_the_last() -> None:
    broker = Broker()
    played = Played(broker)
    played.fetch()
    [session] = played.client._sessions.values()
    session._epoch = LAST_EPOCH
    broker._epochs[7] = LAST_EPOCH - 1
    played.fetch()
    assert session._epoch == 1


def test_everything_else_goes_as_it_is() -> None:
    broker = Broker()
    played = Played(broker)
    assert asyncio.run(played.client.send(1, MetadataRequest([]))) == "other"
    assert played.client.forget == broker.forget


def test_fetches_that_follow_each_other_are_apart_and_one_after_a_pause_is_not() -> None:
    waited: list[float] = []
    clock = [100.0]

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 6))
        clock[0] += seconds

    async def run(patch: pytest.MonkeyPatch) -> None:
        client = Played(Broker()).client
        patch.setattr("streams.transport.fetch.session.asyncio.sleep", sleep)
        patch.setattr("streams.transport.fetch.session.time.monotonic", lambda: clock[0])
        for node, pause in ((1, 0.0), (1, 0.002), (2, 0.0), (1, 0.0), (1, 1.0)):
            clock[0] += pause
            await client._turn(node)

    with pytest.MonkeyPatch.context() as patch:
        asyncio.run(run(patch))
    assert waited == [round(GAP_S - 0.002, 6), GAP_S]
