"""Syslog and RELP towards receivers that go away, refuse, or get long messages."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.findings import Finding
from streams.dev.certificates import write_certificates
from streams.sinks.contract import DELIVERED, DeliveryResult, DeliveryStatus, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.relp import RelpOptions
from streams.sinks.stream import cut, message
from streams.sinks.syslog import SyslogOptions, SyslogSink
from tests.siem.readers import read_cef, read_leef, read_rfc5424
from tests.sinks.lines_receiver import (
    Connection,
    RelpReceiver,
    SilentReceiver,
    TcpReceiver,
    octet_counted,
)
from tests.sinks.loads import in_loop, until, updates


def syslog(port: int, **changes: Any) -> SyslogOptions:
    return SyslogOptions.model_validate(
        {"type": "syslog", "host": "127.0.0.1", "port": port, "transport": "tcp", **changes}
    )


def relp(port: int, **changes: Any) -> RelpOptions:
    return RelpOptions.model_validate(
        {"type": "relp", "host": "127.0.0.1", "port": port, "transport": "tcp", **changes}
    )


def uids(held: bytes | bytearray) -> list[str]:
    found = []
    for one in octet_counted(bytes(held)):
        (parameters,) = read_rfc5424(one.decode()).data.values()
        found.append(f"{dict(parameters)['id']}:{dict(parameters)['revision']}")
    return found


@in_loop
async def test_after_a_lost_connection_the_last_ones_are_sent_once_more() -> None:
    async with TcpReceiver() as receiver:
        sink = SyslogSink(syslog(receiver.port, resend_max_records=4))
        first, second = updates(findings=3)[:6], updates(findings=3)[6:]
        await sink.send(first)
        await until(lambda: receiver.connections and len(uids(receiver.connections[0])) == 6)
        await receiver.close_all()
        await until(lambda: sink._lost_at)
        outcomes = await sink.send(second)
        await sink.close()
        assert set(outcomes) == {DELIVERED}
        await until(lambda: len(receiver.connections) > 1 and receiver.connections[-1])
        sent = [one_update.uid for one_update in (*first, *second)]
        tail = sent[2:6] + sent[6:]
        await until(lambda: uids(receiver.connections[-1])[-len(tail) :] == tail)


@in_loop
async def test_what_was_read_long_ago_is_not_sent_again() -> None:
    async with TcpReceiver() as receiver:
        sink = SyslogSink(syslog(receiver.port, resend_s=5))
        first, *rest = updates()
        await sink.send([first])
        await until(lambda: receiver.connections and receiver.connections[0])
        sent_at, frame = sink._last.pop()
        sink._last.append((sent_at - 6, frame))
        await receiver.close_all()
        await until(lambda: sink._lost_at)
        await sink.send(rest)
        await sink.close()
        await until(lambda: len(receiver.connections) > 1 and receiver.connections[1])
        await until(lambda: uids(receiver.connections[1])[-1:] == [rest[-1].uid])
        assert uids(receiver.connections[1]) == [one_update.uid for one_update in rest]


@in_loop
async def test_an_empty_batch_makes_up_for_a_lost_connection() -> None:
    async with TcpReceiver() as receiver:
        sink = syslog(receiver.port).open()
        given = updates()
        await sink.send([])
        assert receiver.connections == []
        await sink.send(given)
        await until(lambda: receiver.connections)
        await receiver.close_all()
        while len(receiver.connections) < 2:
            await sink.send([])
            await asyncio.sleep(0.01)
        await until(
            lambda: uids(receiver.connections[1]) == [one_update.uid for one_update in given]
        )
        await sink.close()


@in_loop
async def test_a_receiver_that_reads_nothing_fills_up() -> None:
    async with SilentReceiver() as receiver:
        sink = syslog(receiver.port, timeout_s=1).open()
        given = updates(findings=3)
        # More than what the systems of both sides hold.
        with pytest.raises(SinkDown, match="no answer within"):
            await sink.send(given * 2_000)
        await sink.close()


@in_loop
async def test_relp_waits_for_each_answer(tmp_path: Path) -> None:
    async with RelpReceiver() as receiver:
        sink = relp(receiver.port).open()
        given = updates(findings=100)
        outcomes = await sink.send(given)
        assert set(outcomes) == {DELIVERED}
        assert len(receiver.messages) == len(given) > 300
        await sink.close()
        assert receiver.closed == 1


@in_loop
async def test_relp_may_take_longer_to_confirm_than_to_answer_at_all() -> None:
    async with RelpReceiver() as receiver:
        receiver.answers_in_s = 0.06
        sink = relp(receiver.port, timeout_s=0.3).open()
        given = updates()
        assert await sink.send(given) == [DELIVERED] * len(given)
        assert len(receiver.messages) == len(given)
        receiver.answers_in_s = 5.0
        await sink.close()
        sink = relp(receiver.port, acknowledge_s=0.1).open()
        with pytest.raises(SinkDown, match=r"no answer within 0\.1 s"):
            await sink.send(given)
        await sink.close()


@in_loop
async def test_what_relp_refuses_is_tried_again() -> None:
    async with RelpReceiver() as receiver:
        receiver.refuse_after = 3
        sink = relp(receiver.port).open()
        given = updates()
        outcomes = await sink.send(given)
        assert [one.verdict for one in outcomes[:3]] == [DeliveryStatus.DELIVERED] * 3
        assert {one.verdict for one in outcomes[3:]} == {DeliveryStatus.RETRY}
        assert outcomes[3].reason == "RELP code 500"
        receiver.refuse_after = None
        assert set(await sink.send(given[3:])) == {DELIVERED}
        await sink.close()


@in_loop
async def test_no_relp_at_all() -> None:
    class Other(TcpReceiver):
        async def talk(self, one: Connection) -> None:
            await one.reader.read(100)
            one.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with Other() as receiver:
        sink = relp(receiver.port).open()
        with pytest.raises(SinkDown, match="RELP port") as caught:
            await sink.send(updates())
        assert caught.value.lasting
        await sink.close()


@pytest.mark.parametrize("form", ["rfc5424", "cef", "leef"])
def test_long_messages_are_cut_at_words_with_a_mark(form: str) -> None:
    record = updates()[0].record
    assert isinstance(record, Finding)
    long = msgspec.structs.replace(
        record, explanation_en="é=\\ " * 200, remediation_en="ü=\\ " * 200
    )
    one_update = FindingUpdate(record=long, topic="t", partition=0, offset=0)
    options = syslog(1, format=form, max_message_bytes=2_048)
    whole = message(one_update, syslog(1, format=form))
    assert isinstance(whole, bytes)
    assert cut(whole, options) == whole
    for limit in range(len(whole) - 60, len(whole)):
        made = cut(whole, options.model_copy(update={"max_message_bytes": limit}))
        assert isinstance(made, bytes)
        assert len(made) <= limit
        assert made.endswith("…".encode())
        text = read_rfc5424(made.decode()).text
        if form == "cef":
            read_cef(text)
        elif form == "leef":
            read_leef(text)


def test_a_cut_within_structured_data_is_refused() -> None:
    whole = message(updates()[0], syslog(1))
    assert isinstance(whole, bytes)
    ends = whole.index(b"] ")
    options = syslog(1).model_copy(update={"max_message_bytes": ends})
    made = cut(whole, options)
    assert isinstance(made, DeliveryResult)
    assert made.verdict is DeliveryStatus.REJECTED


@in_loop
async def test_tls_checks_the_certificate_and_its_name(tmp_path: Path) -> None:
    ca, server = tmp_path / "ca", tmp_path / "server"
    write_certificates(ca, server)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server)
    held = bytearray()
    said_farewell = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                held.extend(data)
            said_farewell.set()
        except OSError:
            pass
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    good = syslog(port, transport="tls", ca_file=ca)
    sink = good.open()
    assert set(await sink.send(updates())) == {DELIVERED}
    await sink.close()
    await said_farewell.wait()
    assert uids(held) == [one_update.uid for one_update in updates()]
    for wrong, said in (
        (syslog(port, transport="tls"), "not trusted"),
        (good.model_copy(update={"host": "127.0.0.2"}), "not trusted|not reached"),
        (good.model_copy(update={"ca_file": tmp_path / "none"}), "ca_file"),
        (good.model_copy(update={"ca_file": Path(__file__)}), "ca_file"),
    ):
        sink = wrong.open()
        with pytest.raises(SinkDown, match=said):
            await sink.send(updates())
        assert not (await sink.check())[0].ok
        await sink.close()
    listening.close()
