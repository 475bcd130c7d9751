"""Values that are no event: their format is named, and what to do about it."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile
import zlib
from typing import Any

import cramjam
import fastavro
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.vocabulary import Code, EventType
from streams.wire.avro import write_avro
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.framing import Framing, framing_of
from streams.wire.schemas import schemas
from tests.terminal.hostile import share

EVENT = share("e-1")
JSON = json.dumps(EVENT).encode()


def reason(value: bytes, expected: EventType | None = EventType.DATA_SHARE) -> str:
    rejected = decode(value, expected)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == "UNPROCESSABLE_EVENT"
    return rejected.dead_letter.reason


def avro() -> bytes:
    read = decode(JSON, None)
    assert isinstance(read, Decoded)
    return write_avro(read.event)


def avro_file() -> bytes:
    file = io.BytesIO()
    schema = schemas().current["DataShare" if "DataShare" in schemas().current else next(iter(schemas().current))]  # fmt: skip
    fastavro.writer(file, schema.parsed, [])
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("event.json", JSON)
    return file.getvalue()


def protobuf() -> bytes:
    def text(field: int, value: str) -> bytes:
        return bytes([field << 3 | 2, len(value)]) + value.encode()

    return text(1, "data-share") + text(2, "e-1") + bytes([3 << 3, 0xD0, 0x86, 0x03]) + text(4, "C")


FORMATS: dict[str, tuple[bytes, str]] = {
    "UTF-16 LE": (JSON.decode().encode("utf-16-le"), "text in UTF-16"),
    "UTF-16 BE": (JSON.decode().encode("utf-16-be"), "text in UTF-16"),
    "UTF-16 with a mark": (JSON.decode().encode("utf-16"), "text in UTF-16"),
    "UTF-32 LE": (JSON.decode().encode("utf-32-le"), "text in UTF-32"),
    "UTF-32 BE": (JSON.decode().encode("utf-32-be"), "text in UTF-32"),
    "UTF-32 with a mark": (JSON.decode().encode("utf-32"), "text in UTF-32"),
    "short UTF-16": ("{}".encode("utf-16-be"), "text in UTF-16"),
    "a UTF-8 mark": (b"\xef\xbb\xbf" + JSON, "byte order mark (EF BB BF)"),
    "gzip": (gzip.compress(JSON), "compressed with gzip"),
    "zlib": (zlib.compress(JSON), "compressed with zlib"),
    "bzip2": (bz2.compress(JSON), "compressed with bzip2"),
    "xz": (lzma.compress(JSON), "compressed with xz"),
    "zip": (zipped(), "compressed with zip"),
    "zstd": (bytes(cramjam.zstd.compress(JSON)), "compressed with zstd"),
    "lz4": (bytes(cramjam.lz4.compress(JSON)), "compressed with lz4"),
    "snappy": (bytes(cramjam.snappy.compress(JSON)), "compressed with snappy"),
    "an Avro file": (avro_file(), "an Avro container file"),
    "Parquet": (b"PAR1\x15\x04", "a Parquet file"),
    "bare Avro": (avro()[10:], "without its header"),
    "Confluent Avro": (
        b"\0\0\0\0\x07" + avro()[10:],
        "Confluent framing (schema id 7, then Avro or",
    ),
    "Confluent JSON": (b"\0\0\0\0\x07" + JSON, "Confluent framing (schema id 7, then JSON"),
    "Glue": (b"\x03\x00" + bytes(range(16)) + avro()[10:], "AWS Glue Schema Registry"),
    "Azure": (b"\0\0\0\0" + b"0123456789abcdef" * 2 + avro()[10:], "Azure Schema Registry"),
    "Apicurio": (b"\0" + (5).to_bytes(8, "big") + avro()[10:], "a schema id of eight bytes"),
    "zeros": (b"\0" * 20, "zeros only"),
    "one zero": (b"\0", "zeros only"),
    "an array": (b" [" + JSON + b"]", "a JSON array"),
    "encoded twice": (json.dumps(JSON.decode()).encode(), "encoded twice"),
    "base64": (base64.b64encode(JSON), "JSON in base64"),
    "null": (b"null", "JSON, but not an object"),
    "a number": (b"17", "JSON, but not an object"),
    "blanks": (b" \n\t ", "blanks only"),
    "XML": (b'<?xml version="1.0"?><event/>', "XML or HTML"),
    "YAML": (b"---\nevent_type: data-share\n", "YAML"),
    "CSV": (b"data-share,e-1,C,s-1\n", "text, but not JSON"),
    "Java": (b"\xac\xed\x00\x05sr\x00\x10", "Java serialized"),
    "Smile": (b":)\n\x03", "Smile"),
    "MessagePack": (msgspec.msgpack.encode(EVENT), "MessagePack"),
    "CBOR": (b"\xaajevent_type", "CBOR"),
    "BSON": ((12).to_bytes(4, "little") + b"\x10a\0\x01\0\0\0\0", "BSON"),
    "Protobuf": (protobuf(), "Protobuf"),
    "pickle": (pickle.dumps(EVENT), "perhaps MessagePack"),
    "noise": (b"\xf5\xfe\x01\xff\xee", "in no format that is known here"),
    "a vertical tab": (b"\x0b", "in no format that is known here"),
    "a form feed": (b" \x0c\n", "in no format that is known here"),
}


@pytest.mark.parametrize(("value", "words"), FORMATS.values(), ids=FORMATS)
def test_a_format_is_named(value: bytes, words: str) -> None:
    said = reason(value)
    assert words in said
    if not words.startswith("Confluent"):
        assert "Confluent" not in said
    assert "s-1" not in said


def test_what_is_read_still_is() -> None:
    assert isinstance(decode(JSON, None), Decoded)
    assert isinstance(decode(b"\n\t " + JSON, None), Decoded)
    assert isinstance(decode(avro(), None), Decoded)
    assert framing_of(b"{") is Framing.JSON
    assert framing_of(b"\0\0\0\0\x01") is Framing.CONFLUENT


ROW = {"id": 1, "event_id": "e-1", "subject_id": "s-1"}
ENVELOPES: dict[str, tuple[dict[str, Any], str]] = {
    "Connect": ({"schema": {"type": "struct"}, "payload": EVENT}, "schemas.enable=false"),
    "Debezium": (
        {"before": None, "after": ROW, "source": {}, "op": "c", "ts_ms": 1},
        "ExtractNewRecordState",
    ),
    "Debezium, a deletion": ({"before": ROW, "after": None, "op": "d"}, "ExtractNewRecordState"),
    "Debezium in Connect": (
        {"schema": {}, "payload": {"before": None, "after": ROW, "op": "u"}},
        "schemas.enable=false",
    ),
    "CloudEvents": (
        {"specversion": "1.0", "id": "1", "source": "/x", "type": "data-share", "data": EVENT},
        "binary mode",
    ),
    "EventBridge": ({"detail-type": "x", "source": "y", "detail": EVENT}, "EventBridge"),
    "SNS": ({"Type": "Notification", "TopicArn": "x", "Message": "{}"}, "raw message delivery"),
    "Event Grid": ({"eventType": "x", "data": EVENT, "dataVersion": "1"}, "Event Grid"),
    "Pub/Sub": ({"message": {"data": "e30="}, "subscription": "x"}, "Pub/Sub"),
    "MongoDB": ({"operationType": "insert", "fullDocument": ROW}, "MongoDB"),
    "Maxwell": ({"database": "d", "table": "t", "type": "insert", "data": ROW}, "Maxwell"),
    "MassTransit": ({"messageType": ["x"], "message": EVENT}, "MassTransit"),
    "a REST proxy": ({"records": [{"value": EVENT}]}, "REST proxy"),
    "any other": ({"meta": {}, "payload": EVENT}, "the event stands in payload"),
    "one with a type of event": (
        {"event_type": "data-share", "data": EVENT},
        "the event stands in data",
    ),
    "a text in it": ({"id": 1, "body": json.dumps(EVENT)}, "stands in body as a text"),
    "Avro's JSON": (EVENT | {"recipient_id": {"string": "ACME"}}, "the JSON encoding of Avro"),
}


@pytest.mark.parametrize("expected", [EventType.DATA_SHARE, None], ids=["worker", "check"])
@pytest.mark.parametrize(("record", "words"), ENVELOPES.values(), ids=ENVELOPES)
def test_an_envelope_is_named_as_such(
    record: dict[str, Any], words: str, expected: EventType | None
) -> None:
    said = reason(json.dumps(record).encode(), expected)
    assert words in said
    assert "s-1" not in said


def test_an_event_that_is_wrong_itself_is_no_envelope() -> None:
    said = reason(json.dumps(EVENT | {"purpose": "X", "payload": {"event_id": "y"}}).encode())
    assert said.startswith("purpose must be one of")


@given(st.binary(max_size=80))
def test_whatever_the_bytes_there_is_a_reason(value: bytes) -> None:
    result = decode(value, None)
    assert isinstance(result, Decoded) or result.dead_letter.reason


@given(st.dictionaries(st.sampled_from(["payload", "op", "after", "data", "type", "message"]), st.none() | st.text() | st.dictionaries(st.text(), st.text())))  # fmt: skip
def test_whatever_the_object_there_is_a_reason(record: dict[str, Any]) -> None:
    rejected = decode(json.dumps(record).encode(), None)
    assert isinstance(rejected, Rejected)
    # A text in it may look like a birth date or a number; then the record is in quarantine.
    assert rejected.dead_letter.code in {Code.UNPROCESSABLE_EVENT, Code.RAW_PERSONAL_DATA_IN_EVENT}
    assert rejected.dead_letter.reason


def test_an_envelope_with_raw_data_in_it_is_quarantined() -> None:
    rejected = decode(b'{"payload": {"": "1900-01-01"}}', None)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == Code.RAW_PERSONAL_DATA_IN_EVENT
    assert "1900" not in rejected.dead_letter.reason
