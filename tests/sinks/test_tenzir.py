"""What the sinks send, taken by an independent receiver: tenzir as HEC, `_bulk`, syslog, RELP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.dev.certificates import write_certificates
from streams.sinks.contract import DELIVERED, SinkDown
from tests.siem.receiver import needs_tenzir
from tests.sinks.benches import options
from tests.sinks.loads import in_loop, updates
from tests.sinks.real import events, free_port, tenzir
from tests.sinks.siem_receivers import HecReceiver

pytestmark = needs_tenzir

GIVEN = updates(findings=20, duties=5)
UIDS = sorted(update.uid for update in GIVEN)


@in_loop
async def test_as_a_splunk_collector(tmp_path: Path) -> None:
    """Without acknowledgement: a pipeline on its own accepts the question and never says yes."""
    port = free_port()
    pipeline = f'accept_splunk "127.0.0.1:{port}", hec_token="{HecReceiver.token}" | write_ndjson'
    with tenzir(pipeline, tmp_path, port) as written:
        sink = options("splunk_hec", tmp_path, port, acknowledge=False).open()
        assert [one.ok for one in await sink.check()] == [True, True]
        assert set(await sink.send(GIVEN)) == {DELIVERED}
        await sink.close()
        wrong = options("splunk_hec", tmp_path, port, token="wrong").open()
        with pytest.raises(SinkDown) as caught:
            await wrong.send(GIVEN)
        assert caught.value.lasting
        await wrong.close()
        found = events(written, len(GIVEN))
    assert sorted(one["event"]["metadata"]["uid"] for one in found) == UIDS


@in_loop
async def test_the_acknowledgement_is_asked_for_where_there_is_none(tmp_path: Path) -> None:
    port = free_port()
    pipeline = f'accept_splunk "127.0.0.1:{port}", hec_token="{HecReceiver.token}" | write_ndjson'
    with tenzir(pipeline, tmp_path, port):
        sink = options("splunk_hec", tmp_path, port).open()
        with pytest.raises(SinkDown, match="acknowledge"):
            await sink.send(GIVEN)
        await sink.close()


@in_loop
async def test_as_elasticsearch(tmp_path: Path) -> None:
    port = free_port()
    with tenzir(f'accept_elasticsearch "127.0.0.1:{port}" | write_ndjson', tmp_path, port) as at:
        sink = options("elasticsearch", tmp_path, port).open()
        assert set(await sink.send(GIVEN)) == {DELIVERED}
        await sink.close()
        found = events(at, len(GIVEN))
    assert sorted(f"{one['event']['id']}:{one['event']['sequence']}" for one in found) == UIDS


@pytest.mark.parametrize("form", ["rfc5424", "cef", "leef"])
@pytest.mark.parametrize("transport", ["tcp", "tls"])
@in_loop
async def test_as_syslog(tmp_path: Path, form: str, transport: str) -> None:
    port = free_port()
    ca, server = tmp_path / "ca", tmp_path / "server"
    write_certificates(ca, server)
    tls = f', tls={{certfile: "{server}", keyfile: "{server}"}}' if transport == "tls" else ""
    reads = "" if form == "rfc5424" else f" | this = message.parse_{form}()"
    pipeline = (
        f'accept_tcp "127.0.0.1:{port}"{tls} {{ read_syslog octet_counting=true }}'
        f"{reads} | write_ndjson"
    )
    with tenzir(pipeline, tmp_path, port) as written:
        sink = options(
            "syslog", tmp_path, port, format=form, transport=transport, ca_file=ca
        ).open()
        assert set(await sink.send(GIVEN)) == {DELIVERED}
        await sink.close()
        found = events(written, len(GIVEN))
    assert sorted(_uid(one, form) for one in found) == UIDS


@in_loop
async def test_as_relp(tmp_path: Path) -> None:
    port = free_port()
    pipeline = f'accept_relp "127.0.0.1:{port}" | write_ndjson'
    with tenzir(pipeline, tmp_path, port) as written:
        sink = options("relp", tmp_path, port).open()
        assert all(one.ok for one in await sink.check())
        assert set(await sink.send(GIVEN)) == {DELIVERED}
        await sink.close()
        found = events(written, len(GIVEN))
    assert len(found) == len(GIVEN)


def _uid(event: dict[str, Any], form: str) -> str:
    if form == "cef":
        kind = "duty:" if event["extension"]["cat"] == "duty" else ""
        return f"{kind}{event['extension']['externalId']}:{event['extension']['cn1']}"
    if form == "leef":
        return f"{event['attributes']['findingId']}:{event['attributes']['revision']}"
    (data,) = event["structured_data"].values()
    return f"{data['id']}:{data['revision']}"
