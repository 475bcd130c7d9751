"""Splunk's collector: acknowledgement, one bad event among many, tokens."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.instants import Instant
from streams.sinks.contract import DeliveryStatus, SinkDown
from streams.sinks.splunk_event import seconds
from streams.sinks.splunk_hec import SplunkHecOptions
from tests.sinks.loads import MARK, in_loop, updates
from tests.sinks.siem_receivers import HecReceiver


def options(receiver: HecReceiver, **changes: Any) -> SplunkHecOptions:
    return SplunkHecOptions.model_validate(
        {"type": "splunk_hec", "url": receiver.url, "token": receiver.token, **changes}
    )


@in_loop
async def test_it_waits_until_the_events_are_indexed() -> None:
    async with HecReceiver() as receiver:
        sink = options(receiver).open()
        given = updates()
        outcomes = await sink.send(given)
        await sink.close()
        assert {one.verdict for one in outcomes} == {DeliveryStatus.DELIVERED}
        asked = [one.path for one in receiver.requests]
        assert asked.count("/services/collector/ack") == 2
        event = receiver.events[0]
        assert event["time"] == seconds(given[0].record.detected_at)
        assert event["sourcetype"] == "consentry:ocsf"
        assert event["event"]["class_uid"] == 2003


@pytest.mark.parametrize("names_it", [True, False])
@in_loop
async def test_the_bad_events_alone_are_rejected(*, names_it: bool) -> None:
    async with HecReceiver() as receiver:
        given = updates(findings=4)
        bad = {2, 7}
        receiver.names_it = names_it
        receiver.unreadable = {f'"{given[at].uid}"' for at in bad}
        sink = options(receiver).open()
        outcomes = await sink.send(given)
        await sink.close()
        rejected = {at for at, one in enumerate(outcomes) if one.verdict is DeliveryStatus.REJECTED}
        assert rejected == bad
        assert all("code 6" in outcomes[at].reason for at in bad)
        assert MARK not in "".join(one.reason for one in outcomes)
        assert set(receiver.uids()) == {
            update.uid for at, update in enumerate(given) if at not in bad
        }


@in_loop
async def test_requests_are_bounded() -> None:
    async with HecReceiver(acknowledges=False) as receiver:
        sink = options(receiver, acknowledge=False, compress=False, batch_max_bytes=10_000).open()
        given = updates(findings=6)
        await sink.send(given)
        await sink.close()
        lengths = [int(one.headers["Content-Length"]) for one in receiver.requests]
        assert len(lengths) > 3
        assert max(lengths) <= 10_000
        assert receiver.uids() == [update.uid for update in given]


@in_loop
async def test_settings_that_do_not_fit_the_token() -> None:
    async with HecReceiver(acknowledges=False) as receiver:
        sink = options(receiver).open()
        with pytest.raises(SinkDown, match="acknowledge") as caught:
            await sink.send(updates())
        assert caught.value.lasting
        checks = await sink.check()
        await sink.close()
        assert [one.ok for one in checks] == [True, True, False]
    async with HecReceiver() as receiver:
        sink = options(receiver, acknowledge=False).open()
        with pytest.raises(SinkDown, match="channel") as caught:
            await sink.send(updates())
        assert caught.value.lasting
        assert [one.ok for one in await sink.check()] == [True, False]
        await sink.close()
        sink = options(receiver, token="wrong").open()
        with pytest.raises(SinkDown, match="credentials"):
            await sink.send(updates())
        assert [one.ok for one in await sink.check()] == [True, False]
        await sink.close()


def test_seconds_are_exact() -> None:
    assert seconds(Instant(1_795_435_200_123)) == "1795435200.123"
    assert seconds(Instant(5)) == "0.005"
    assert seconds(Instant(-1_500)) == "-1.500"
