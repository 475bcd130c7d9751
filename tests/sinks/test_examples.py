"""Each example is sent through, and what the receiver got is found by what we ship for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.sinks.contract import DeliveryStatus
from streams.sinks.finding_update import FindingUpdate
from tests.integrations.occurrences import occurrences
from tests.integrations.sentinel_files import STREAM, types
from tests.integrations.spl import run
from tests.integrations.test_splunk import read
from tests.integrations.test_wazuh import level
from tests.siem.readers import read_leef, read_rfc5424
from tests.sinks.examples import every, of_type, opened
from tests.sinks.lines_receiver import RelpReceiver, TcpReceiver, octet_counted
from tests.sinks.loads import alerts, in_loop, until
from tests.sinks.people_receivers import (
    AlertmanagerReceiver,
    PagerDutyReceiver,
    SlackReceiver,
    WebhookReceiver,
)
from tests.sinks.siem_receivers import HecReceiver, SentinelReceiver

GIVEN = [
    FindingUpdate(record=one, topic="violations", partition=0, offset=at)
    for at, one in enumerate(occurrences())
]
NOW = 1_800_000_000.0


def of(kind: str) -> pytest.MarkDecorator:
    found = of_type(kind)
    assert found, f"no page has an example of {kind}"
    return pytest.mark.parametrize("table", found.values(), ids=found)


def taken(outcomes: Any) -> bool:
    return {one.verdict for one in outcomes} == {DeliveryStatus.DELIVERED}


@of("splunk_hec")
@in_loop
async def test_splunk(table: dict[str, Any]) -> None:
    async with HecReceiver() as receiver:
        sink = opened(table, url=receiver.url)
        assert taken(await sink.send(GIVEN))
        await sink.close()
    [sourcetype] = {event["sourcetype"] for event in receiver.events}
    searches = read("savedsearches")
    found = set()
    for name in searches.sections():
        search = searches[name]["search"]
        # The app reads this source type, and the search asks for it.
        assert sourcetype in read("props")
        assert f"sourcetype={sourcetype} " in search
        indexed = [{**one["event"], "_indextime": NOW - 120} for one in receiver.events]
        found |= {name for _ in run(search, indexed, NOW)}
    # A hundred for one recipient are not among them.
    assert set(searches.sections()) - found == {"Consentry - Many Findings For One Recipient"}
    assert all(
        f"sourcetype={sourcetype} " in read("eventtypes")[name]["search"]
        for name in read("eventtypes").sections()
    )


@of("file")
@in_loop
async def test_a_file_that_wazuh_reads(table: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / Path(table["path"]).name
    sink = opened(table, path=path)
    assert taken(await sink.send(GIVEN))
    await sink.close()
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    # A label raises nothing, and what is open has the level of its weight.
    assert {level(event) for event in events if event["consentry.open"]} == {0, 3, 5, 8, 12, 14, 15}
    assert {level(event) for event in events if not event["consentry.open"]} == {3}


@of("sentinel")
@in_loop
async def test_sentinel(table: dict[str, Any]) -> None:
    assert table["stream"] == STREAM
    async with SentinelReceiver() as receiver:
        sink = opened(table, url=receiver.url, rule_id=receiver.path.split("/")[2])
        assert taken(await sink.send(GIVEN))
        await sink.close()
    assert {name for row in receiver.rows for name in row} <= types().keys()


@of("syslog")
@in_loop
async def test_syslog(table: dict[str, Any]) -> None:
    async with TcpReceiver() as receiver:
        sink = opened(table, host="127.0.0.1", port=receiver.port, transport="tcp")
        assert taken(await sink.send(GIVEN))
        await sink.close()
        await until(lambda: receiver.closed_by_them)
        [held] = receiver.connections
    for one in octet_counted(bytes(held)):
        assert len(one) <= table["max_message_bytes"]
        assert read_leef(read_rfc5424(one.decode()).text).attributes["findingId"]


@of("relp")
@in_loop
async def test_relp(table: dict[str, Any]) -> None:
    async with RelpReceiver() as receiver:
        sink = opened(table, host="127.0.0.1", port=receiver.port, transport="tcp")
        assert taken(await sink.send(GIVEN))
        await sink.close()
    assert len([read_rfc5424(one.decode()) for one in receiver.messages]) == len(GIVEN)


@of("webhook")
@in_loop
async def test_a_webhook(table: dict[str, Any]) -> None:
    async with WebhookReceiver() as receiver:
        sink = opened(table, url=f"{receiver.url}/hook")
        assert taken(await sink.send(GIVEN))
        await sink.close()
    assert len(receiver.got) == len(GIVEN)


@pytest.mark.parametrize(
    ("kind", "receiver", "key", "path"),
    [
        ("alertmanager", AlertmanagerReceiver, "url", ""),
        ("pagerduty", PagerDutyReceiver, "url", "/v2/enqueue"),
        ("slack", SlackReceiver, "url", "/services/T0/B0/x"),
    ],
)
@in_loop
async def test_those_for_people(kind: str, receiver: Any, key: str, path: str) -> None:
    tables = of_type(kind)
    assert tables
    for table in tables.values():
        async with receiver() as one:
            sink = opened(table, **{key: f"{one.url}{path}"})
            assert taken(await sink.send(alerts()))
            await sink.close()


def test_each_example_is_sent_through_here_or_to_a_real_receiver() -> None:
    here = {"splunk_hec", "file", "sentinel", "syslog", "relp", "webhook", "alertmanager",
            "pagerduty", "slack"}  # fmt: skip
    # A real OpenSearch takes the first (test_opensearch). The other two are loaded as settings
    # (tests/docs/test_sinks.py); test_kafka and test_extras try their kinds.
    assert {one["type"] for one in every().values()} - here == {"elasticsearch", "kafka", "apprise"}
