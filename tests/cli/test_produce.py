"""`consentry produce`: which lines are sent where, and how the others are reported."""

from __future__ import annotations

import asyncio
import gzip
import socket
from pathlib import Path

import pytest

from streams.cli import produce
from streams.cli.main import main
from streams.cli.produce import ProduceCount
from streams.core.instants import parse_instant
from streams.core.vocabulary import EventType
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.dev.sending import Outgoing, send
from streams.files.read import read_events
from streams.settings import load_settings
from streams.wire.decode import Decoded, decode

UNTIL = parse_instant("2026-11-20T12:00:00Z")
GOOD = (
    b'{"event_type":"marketing-message","event_id":"e1","controller_id":"SHOP",'
    b'"subject_id":"s1","occurred_at":"2026-09-01T10:00:00Z","message_purpose":"SERVICE",'
    b'"channel":"EMAIL"}'
)


def sorted_out(*files: Path, as_is: bool = False) -> tuple[list[Outgoing], ProduceCount]:
    produced = ProduceCount(as_is=as_is, report=lambda _: None)
    return list(produced.outgoing(read_events([str(file) for file in files]))), produced


def test_topic_and_key_come_from_the_event(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_bytes(GOOD + b"\n\n")
    (sent,), produced = sorted_out(file)
    assert (sent.topic, sent.key, sent.value) == ("marketing-message", b"SHOP\x1fs1", GOOD)
    assert produced.sent == {"marketing-message": 1}
    assert produced.refused == []


def test_bad_lines_are_named_by_file_and_line_and_the_rest_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    address = "p.devries@example.org"
    lines = [
        GOOD,
        b"not json",
        GOOD[:-20],
        b"[]",
        b"\xff\xfe\x00",
        b'{"event_type":"gossip"}',
        GOOD.replace(b'"EMAIL"', b'"PIGEON"'),
        GOOD.replace(b"SERVICE", b"MARKETING"),
        GOOD[:-1] + b',"advertiser_id":"' + address.encode() + b'"}',
        b"0" * 1_100_000,
    ]
    file.write_bytes(b"\n".join(lines))
    sent, produced = sorted_out(file)
    assert [one.value for one in sent] == [lines[0], lines[7]]
    assert [refusal["line"] for refusal in produced.refused] == [2, 3, 4, 5, 6, 7, 9, 10]
    assert {refusal["file"] for refusal in produced.refused} == {str(file)}
    assert produced.refused[6]["code"] == "RAW_PERSONAL_DATA_IN_EVENT"
    assert address not in repr(produced.refused)


def test_a_line_that_no_topic_takes_does_not_stop_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    long = GOOD[:-1] + b',"more":"' + b"a" * 1_000_000 + b'"}'
    file.write_bytes(long + b"\n" + GOOD)
    sent, produced = sorted_out(file, as_is=True)
    assert [one.value for one in sent] == [GOOD]
    assert "longer than 1000000 bytes" in str(produced.refused[0]["reason"])


def test_as_is_sends_what_has_an_address(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    wrong = GOOD.replace(b'"EMAIL"', b'"PIGEON"')
    file.write_bytes(b"\n".join([b"not json", wrong, b'{"event_type":"purchase"}']))
    sent, produced = sorted_out(file, as_is=True)
    assert [(one.topic, one.key, one.value) for one in sent] == [
        ("marketing-message", b"SHOP\x1fs1", wrong)
    ]
    assert [refusal["line"] for refusal in produced.refused] == [1, 3]


@pytest.mark.parametrize("form", list(Form))
def test_every_form_gives_the_same_events(form: Form, tmp_path: Path) -> None:
    sample = make_sample(SampleOptions(subjects=100, seed=1, until=UNTIL, bad=0))
    written, _ = write_sample(sample, tmp_path, form)
    streams = [file for file in written if file.suffix not in (".toml", ".json")]
    sent, produced = sorted_out(*streams)
    assert produced.refused == []
    assert {event_of(one) for one in sent} == {
        (record.topic, record.key, record.event) for record in sample.records
    }
    assert len(sent) == len(sample.records)


def event_of(one: Outgoing) -> tuple[object, ...]:
    result = decode(one.value, one.topic)
    assert isinstance(result, Decoded)
    return one.topic, one.key, result.event


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.jsonl.gz", gzip.compress(GOOD * 50)[:-12]),
        ("cut.avro", b"Obj\x01\x04\x16"),
        ("array.jsonl", b"[" + GOOD[:-9]),
    ],
)
def test_a_damaged_file_is_reported_and_the_next_one_is_read(
    name: str, content: bytes, tmp_path: Path
) -> None:
    damaged, whole = tmp_path / name, tmp_path / "whole.jsonl"
    damaged.write_bytes(content)
    whole.write_bytes(GOOD)
    sent, produced = sorted_out(damaged, whole)
    assert [one.value for one in sent] == [GOOD]
    assert produced.refused == []
    assert [one.file for one in produced.unread] == [str(damaged)]


def test_a_missing_file_and_a_silent_broker_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["produce", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err

    file = tmp_path / "one.jsonl"
    file.write_bytes(GOOD)
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "0.3")
    with socket.socket() as held:  # bound, not listening: nothing answers there
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        assert main(["produce", str(file), "--brokers", address]) == 2
    said = capsys.readouterr().err
    assert address in said
    assert "Traceback" not in said


def test_refused_records_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b"{}\n" * (produce._NAMED_AT_MOST + 5))
    _, produced = sorted_out(file)
    assert len(produced.refused) == produce._NAMED_AT_MOST
    assert produced.refused_count == produce._NAMED_AT_MOST + 5


def test_no_more_than_some_bytes_wait_for_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    waiting: list[tuple[asyncio.Future[None], int]] = []

    class Slow:
        """A producer whose broker answers when it is asked for, in the order of sending."""

        def __init__(self, **_: object) -> None: ...
        async def start(self) -> None: ...
        async def stop(self) -> None: ...

        async def send(self, _: str, value: bytes, *, key: bytes) -> asyncio.Future[None]:
            nonlocal most
            assert key
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append((future, len(value)))
            most = max(most, sum(size for one, size in waiting if not one.done()))
            asyncio.get_running_loop().call_later(0.001, future.set_result, None)
            return future

    monkeypatch.setattr("aiokafka.AIOKafkaProducer", Slow)
    monkeypatch.setattr("streams.dev.sending.require_inputs", lambda *_: None)
    monkeypatch.setattr("streams.dev.sending.IN_FLIGHT_BYTES", 10_000)
    records = [Outgoing(EventType.PURCHASE, b"k", b"v" * 3_000)] * 50
    assert asyncio.run(send(load_settings(None, {}), records)) == 50
    assert most <= 13_000
