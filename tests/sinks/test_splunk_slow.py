"""Splunk that indexes long after it accepted: what it has is asked for, and not sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from streams.delivery.counts import SinkStats
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.sinks.contract import DeliveryResult, DeliveryStatus, Sink, SinkDown
from streams.sinks.splunk_accepted import AcceptedEvents
from streams.sinks.splunk_hec import SplunkHecOptions
from tests.sinks.loads import in_loop, until, updates
from tests.sinks.siem_receivers import HecReceiver


def options(receiver: HecReceiver, **changes: Any) -> SplunkHecOptions:
    return SplunkHecOptions.model_validate(
        {
            "type": "splunk_hec",
            "url": receiver.url,
            "token": receiver.token,
            **changes,
        }
    )


async def cut_short(sink: Sink[Any], given: Sequence[Any], receiver: HecReceiver) -> None:
    """An attempt that ends while it waits: Splunk has accepted, and was asked once."""
    sending = asyncio.ensure_future(sink.send(given))
    await until(lambda: any(one.path.endswith("/ack") for one in receiver.requests))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


def verdicts(outcomes: Sequence[DeliveryResult | None]) -> set[DeliveryStatus | None]:
    return {None if one is None else one.verdict for one in outcomes}


@in_loop
async def test_indexing_may_take_longer_than_a_request() -> None:
    """The case: an indexer of 25 s behind a time of 20 s, stored eight times and never delivered."""
    async with HecReceiver() as receiver:
        receiver.indexes_in_s = 2.5
        given = updates(findings=4)
        one = options(receiver, batch_max_bytes=10_000, timeout_s=1.5)
        stats = SinkStats()
        sender = SinkSender("splunk", one.open(), one, stats)

        async def reject(_place: int, _reason: str) -> None:
            raise AssertionError

        outcomes = await sender.hand_over(given, Interrupt(), reject)
        await sender.close()
        assert verdicts(outcomes) == {DeliveryStatus.DELIVERED}
        assert receiver.uids() == [update.uid for update in given]
        assert stats.counts.failures == 0


@in_loop
async def test_what_was_accepted_is_asked_for_after_an_attempt_was_cut_short() -> None:
    async with HecReceiver() as receiver:
        receiver.never_acknowledges = True
        sink = options(receiver).open()
        given = updates()
        await cut_short(sink, given, receiver)
        receiver.never_acknowledges = False
        receiver.ack_fault = 503
        with pytest.raises(SinkDown, match="503"):
            await sink.send(given)
        receiver.ack_fault = None
        outcomes = await sink.send(given)
        assert verdicts(outcomes) == {DeliveryStatus.DELIVERED}
        assert receiver.uids() == [update.uid for update in given]
        # It is settled, so the same revision once more is an event once more.
        await sink.send(given[:1])
        assert len(receiver.events) == len(given) + 1
        await sink.close()


@in_loop
async def test_what_is_not_indexed_by_its_deadline_is_sent_again() -> None:
    async with HecReceiver() as receiver:
        receiver.never_acknowledges = True
        sink = options(receiver, acknowledge_s=1.5).open()
        given = updates()
        outcomes = await sink.send(given)
        assert verdicts(outcomes) == {DeliveryStatus.RETRY}
        assert outcomes[0].reason == "accepted, and not indexed within 1.5 s"
        receiver.never_acknowledges = False
        assert verdicts(await sink.send(given)) == {DeliveryStatus.DELIVERED}
        assert len(receiver.events) == 2 * len(given)
        await sink.close()


@in_loop
async def test_a_collector_that_began_again_confirms_nothing_of_before() -> None:
    """Its numbers begin at 0 again, so the number of a lost event comes to stand for another."""
    async with HecReceiver() as receiver:
        receiver.never_acknowledges = True
        sink = options(receiver).open()
        lost, kept = updates()[:1], updates()[1:2]
        await cut_short(sink, lost, receiver)
        receiver.begin_again()
        receiver.never_acknowledges = False
        outcomes = await sink.send([*lost, *kept])
        assert [one.verdict for one in outcomes] == [DeliveryStatus.RETRY, DeliveryStatus.DELIVERED]
        await sink.send(lost)
        assert receiver.uids() == [lost[0].uid, kept[0].uid, lost[0].uid]
        await sink.close()


def test_what_nobody_asks_for_any_more_is_forgotten_after_its_deadline() -> None:
    events = AcceptedEvents(10.0)
    events.accepted(["a:1"], 0, now=0.0)
    events.accepted(["b:1"], 1, now=5.0)
    assert events.waiting(["a:1", "b:1"], now=9.0) == [0, 1]
    assert events.waiting(["a:1", "b:1"], now=12.0) == [1]
    events.indexed([1])
    assert events.settle(["b:1"], now=12.0) == {"b:1"}
    assert "a:1" not in events
    assert "b:1" not in events
