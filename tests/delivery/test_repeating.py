"""A receiver that forgets what nobody sends again gets every alert that fires, in time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, cast

import pytest

from streams.alerts.policy import AlertPolicy
from streams.delivery import sink_consumer
from streams.delivery.alert_consumer import AlertConsumer
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.settings import Settings
from streams.sinks.contract import SinkDown
from streams.sinks.options import SinkOptions
from tests.alerts.building import SINK, letter, options
from tests.delivery.receivers import OPTIONS, Receiver, sender
from tests.sinks.benches import options as sink_options
from tests.sinks.loads import in_loop
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.real import free_port
from tests.sinks.test_alertmanager import alertmanager, asked


def test_what_is_repeated_is_counted_nowhere_and_goes_in_batches() -> None:
    receiver = Receiver()
    one = sender(receiver, OPTIONS.model_copy(update={"batch_max_records": 2}))
    before = one.stats.counts
    asyncio.run(one.repeat(["a", "b", "c"], Interrupt()))
    assert receiver.has == ["a", "b", "c"]
    assert (one.stats.counts.delivered, one.stats.counts.read, before.pending) == (0, 0, 0)


def test_a_receiver_that_is_away_is_repeated_nothing_more() -> None:
    receiver = Receiver(SinkDown("away", retry_after_s=60.0))
    one = sender(receiver, OPTIONS.model_copy(update={"batch_max_records": 1}))
    asyncio.run(one.repeat(["a", "b"], Interrupt()))
    assert (receiver.has, one.problem) == ([], "away")
    asyncio.run(one.repeat(["a", "b"], Interrupt()))
    assert receiver.has == [], "it asked for a minute"


class State:
    """Keeps nothing."""

    async def save(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_consumer, "delivery_consumer", lambda *_: None)


def consumer_of(one: SinkSender, sink: SinkOptions, policy: AlertPolicy) -> AlertConsumer:
    consumer = AlertConsumer(Settings(), sink, one, cast("Any", None), options())
    consumer._state = cast("Any", State())
    consumer.policy = policy
    return consumer


@in_loop
async def test_alertmanager_gets_what_fires_again_before_it_forgets_it(
    tmp_path: Path, no_broker: None
) -> None:
    port = free_port()
    # Shorter than the settings allow, so that the test is.
    sink = sink_options("alertmanager", tmp_path, port).model_copy(update={"firing_for_s": 1.5})
    assert sink.repeats_s == 0.5
    policy = AlertPolicy(options(), SINK)
    consumer = consumer_of(
        SinkSender("am", sink.open(), sink, sender(Receiver()).stats), sink, policy
    )
    async with WebhookReceiver() as hook:
        with alertmanager(tmp_path, port, hook.url):
            policy.take(letter(), cast("Any", int(time.time() * 1000)))
            end = time.monotonic() + 4
            while time.monotonic() < end:
                await consumer._deliver({})
                await asyncio.sleep(0.05)
            assert [one["status"]["state"] for one in await asked(port)] == ["active"]
            assert all(b'"status":"resolved"' not in body for _, body in hook.got)
    assert policy.accounting.delivered == 1
    assert consumer._stats.delays.cumulative()[-1][1] == 1, "repeated ones have no delay"
    assert policy.waits_since is None
    await consumer._sender.close()


@pytest.mark.parametrize(("firing_for_s", "repeats_s"), [(60, 20), (180, 60), (86_400, 60)])
def test_alertmanager_gets_it_three_times_within_its_time_or_every_minute(
    firing_for_s: float, repeats_s: float, tmp_path: Path
) -> None:
    sink = sink_options("alertmanager", tmp_path, 1, firing_for_s=firing_for_s)
    assert sink.repeats_s == repeats_s
    assert sink_options("pagerduty", tmp_path, 1).repeats_s is None
