"""A receiver from start to end: how it says that it is, TLS, and what is in work at a stop."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError
from streams.receive.load import Receiving
from streams.receive.options import ReceiveOptions
from streams.receive.publisher import Publisher
from streams.receive.receiver import Receiver
from streams.receive.refusal import RefusalReason
from streams.settings import Settings
from tests.receive.senders import BODY, SECRETS
from tests.receive.serving import run, sources
from tests.receive.test_publisher import Producer

SETTINGS = Settings(webhooks=("crm",))
HEADERS = {"Authorization": f"Bearer {SECRETS[0]}"}


def receiver(folder: Path, producer: Producer | None = None, **options: Any) -> Receiver:
    server = ReceiveOptions(port=0, **options)
    receiving = Receiving(server, sources(folder, {"crm": {"scheme": "bearer"}}))
    made = producer or Producer()
    publisher = Publisher(SETTINGS, 2.0, lambda *_: made)
    return Receiver(SETTINGS, receiving, publisher)


@run
async def test_it_is_ready_while_it_listens_and_kafka_answers(tmp_path: Path) -> None:
    one = receiver(tmp_path)
    assert one.report().reasons == ["it does not listen yet"]
    address = await one.start()
    assert one.report().ready
    async with aiohttp.ClientSession() as session:
        async with session.post(f"http://{address}/hooks/crm", data=BODY, headers=HEADERS) as reply:
            assert reply.status == 200
        async with session.post(f"http://{address}/hooks/crm", data=BODY) as reply:
            assert reply.status == 401
    report = one.report()
    assert (report.accepted, report.refused) == ({"crm": 1}, {"crm": 1, "-": 0})
    one._publisher._logs["consentry.raw.crm"].went_away("test")
    assert not one.report().ready
    assert one.report().live
    await one.stop()
    assert not one.report().ready


@run
async def test_what_was_counted_is_logged_once_and_strangers_with_a_warning(tmp_path: Path) -> None:
    one = receiver(tmp_path)
    counts = one.handling.counts["crm"]
    with capture_logs() as logs:
        counts.accepted = 1
        one.log_counts()
        one.log_counts()
        counts.refused[RefusalReason.CREDENTIALS] = 2
        one.log_counts()
        counts.accepted = 2
        one.log_counts()
    assert [line["log_level"] for line in logs] == ["info", "warning", "info"]
    assert logs[1]["refused"] == {"credentials_wrong": 2}


@run
async def test_what_is_in_work_at_a_stop_is_written_and_answered(tmp_path: Path) -> None:
    producer = Producer()
    producer.acknowledge.clear()
    one = receiver(tmp_path, producer)
    address = await one.start()
    async with aiohttp.ClientSession() as session:
        url = f"http://{address}/hooks/crm"
        asking = asyncio.create_task(session.post(url, data=BODY, headers=HEADERS))
        await asyncio.wait_for(producer.given.wait(), 5)
        stopping = asyncio.create_task(one.stop())
        await asyncio.sleep(0.1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(url, data=BODY, headers=HEADERS)
        producer.acknowledge.set()
        async with await asking as reply:
            assert reply.status == 200
        await asyncio.wait_for(stopping, 5)
    assert len(producer.sent) == 1


@run
async def test_it_speaks_https_with_files(tmp_path: Path) -> None:
    authority, server = tmp_path / "authority", tmp_path / "server"
    write_certificates(authority, server)
    one = receiver(tmp_path, tls_certificate_file=server)
    address = await one.start()
    trusting = ssl.create_default_context(cafile=authority)
    port = address.rpartition(":")[2]
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"https://localhost:{port}/hooks/crm", data=BODY, headers=HEADERS, ssl=trusting
        ) as reply,
    ):
        assert reply.status == 200
    await one.stop()


def test_tls_files_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    file = tmp_path / "cert.pem"
    file.write_text("no certificate")
    with pytest.raises(ConsentryError, match="belong together"):
        asyncio.run(_made(tmp_path, tls_certificate_file=file))
    with pytest.raises(ConsentryError, match="cannot be read"):
        asyncio.run(_made(tmp_path, tls_certificate_file=tmp_path / "none"))
    with pytest.raises(ConsentryError, match="is not"):
        asyncio.run(_made(tmp_path, tls_key_file=file))


def test_a_body_must_fit_into_a_record(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match="4259840"):
        asyncio.run(_made(tmp_path, body_max_bytes=4_259_840))


async def _made(folder: Path, **options: Any) -> Receiver:
    return receiver(folder, **options)


@run
async def test_an_address_that_is_taken_is_said(tmp_path: Path) -> None:
    first = receiver(tmp_path)
    port = int((await first.start()).rpartition(":")[2])
    second = receiver(tmp_path)
    second._options = second._options.model_copy(update={"port": port})
    with pytest.raises(ConsentryError, match=str(port)) as refused:
        await second.start()
    assert "Another process listens there" in str(refused.value.remedy)
    await second.stop()
    await first.stop()
