"""Warnings of re-keyed records: whose they are, how often, and what they never show."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.agents.rekeyed import (
    Cause,
    RekeyedCounts,
    RekeyedRecord,
    producer_of,
    rekeyed_record,
)
from streams.agents.throttled_log import RekeyedLog
from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.wire.arrival import partition_for
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share
from tests.transport.records import One

KEY = subject_key(ControllerId("SHOP"), SubjectId("s-4711-x"))


def record(*headers: tuple[str, bytes | None], key: bytes | None = KEY) -> One:
    return One("data-share", 0, 7, 0, key, b"{}", headers)


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (None, Cause.NO_KEY),
        (b"", Cause.NO_KEY),
        (b"other", Cause.OTHER_KEY),
        (KEY, Cause.OTHER_PARTITION),
    ],
)
def test_causes(key: bytes | None, cause: Cause) -> None:
    assert rekeyed_record(record(key=key), KEY) == ("data-share", cause, "unknown")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([("ce_source", b"/crm/eu-west"), ("producer", b"other")], "/crm/eu-west"),
        ([("Client-Id", b"shop-exporter-3")], "shop-exporter-3"),
        ([("service.name", b"loyalty.api")], "loyalty.api"),
        (
            [("source", b"https://crm.example.com:8443/orders")],
            "https://crm.example.com:8443/orders",
        ),
        ([("source", b""), ("app", b"till")], "till"),
        ([("traceparent", b"00-abc-01")], "unknown"),
        # What is no name of a program is not shown; the next header may be.
        ([("source", b"ann@example.com"), ("app", b"till")], "till"),
        ([("source", b"/customers/s-4711-x")], "unknown"),
        ([("source", b"/customers/123456782")], "unknown"),
        ([("source", b"+31612345678")], "unknown"),
        ([("source", b"1980-02-29")], "unknown"),
        ([("source", b"Ann from Utrecht")], "unknown"),
        ([("source", "caf\u00e9".encode())], "unknown"),
        ([("source", b"x" * 81)], "unknown"),
        ([("source", b"line\nbreak")], "unknown"),
    ],
)
def test_the_producer_is_what_a_header_says_and_may_be_shown(
    headers: list[tuple[str, bytes | None]], name: str
) -> None:
    assert producer_of(record(*headers), KEY) == name


def lines(logs: list[Any]) -> list[tuple[str, int, dict[str, int]]]:
    return [(line["cause"], line["count"], line["producers"]) for line in logs]


def test_the_first_is_logged_at_once_and_the_others_together() -> None:
    key, place = (
        RekeyedRecord("t", Cause.OTHER_KEY, "crm"),
        RekeyedRecord("t", Cause.OTHER_PARTITION, "till"),
    )

    async def run() -> list[Any]:
        log = RekeyedLog(0.05)
        with capture_logs() as logs:
            log.report(RekeyedCounts({key: 2}))
            log.report(RekeyedCounts({key: 1, key._replace(producer="web"): 3, place: 1}))
            assert len(logs) == 2
            async with asyncio.timeout(60):
                while log.pausing:  # noqa: ASYNC110 - nothing else waits for it
                    await asyncio.sleep(0.01)
            log.report(RekeyedCounts({key: 5}))
        return logs

    logs = asyncio.run(run())
    assert lines(logs) == [
        (str(Cause.OTHER_KEY), 2, {"crm": 2}),
        (str(Cause.OTHER_PARTITION), 1, {"till": 1}),
        (str(Cause.OTHER_KEY), 4, {"web": 3, "crm": 1}),
        (str(Cause.OTHER_KEY), 5, {"crm": 5}),
    ]
    assert {line["log_level"] for line in logs} == {"warning"}
    assert "murmur2" in logs[1]["remedy"]


def test_many_producers_make_no_long_line() -> None:
    async def run() -> list[Any]:
        with capture_logs() as logs:
            RekeyedLog().report(
                RekeyedCounts({RekeyedRecord("t", Cause.NO_KEY, f"p{n}"): n + 1 for n in range(50)})
            )
        return logs

    [line] = asyncio.run(run())
    assert line["count"] == sum(range(51))
    assert list(line["producers"]) == ["p49", "p48", "p47", "p46", "p45"]


def test_judging_counts_what_it_sends_home() -> None:
    event = share("s", "1", START)
    key = subject_key(event.controller_id, event.subject_id)
    world = World(number=1 - partition_for(key, 2), count=2)
    world.take(
        world.record(event),
        world.record(event, key=b"other", headers=[("producer", b"crm")]),
        world.record(share("here", "2", START), NAMES.data_share, key=None),
    )
    [batch] = world.judged
    at_home = RekeyedRecord(NAMES.data_share, Cause.OTHER_PARTITION, "unknown")
    assert batch.rekeyed[at_home] == 1
    assert batch.rekeyed[RekeyedRecord(NAMES.data_share, Cause.OTHER_KEY, "crm")] == 1
    assert batch.rekeyed.total() == world.count().rekeyed
