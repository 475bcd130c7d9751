"""Schemas of Avro container files: names, unions, codecs, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.files.read import Unread, read_events
from streams.wire.decode import Decoded, decode
from streams.wire.schemas import schemas
from tests.check.events import lines, share
from tests.files.avro_events import (
    MILLIS,
    event,
    instant,
    read,
    record,
    replace_schema,
    schema_with,
)


def test_other_names_that_the_schema_gives_are_those_of_the_event(tmp_path: Path) -> None:
    schema = schema_with()
    schema |= {"name": "Export", "aliases": ["consentry.v1.DataShare"]}
    for one in schema["fields"]:
        if one["name"] == "subject_id":
            one |= {"name": "person", "aliases": ["klant", "subject_id"]}
    sent = record(person="s1")
    del sent["subject_id"]
    (found,) = read(tmp_path, schema, sent)
    assert event(found).subject_id == "s1"


def test_two_fields_for_one_name_refuse_the_file(tmp_path: Path) -> None:
    schema = schema_with(a="string", b="string")
    for one in schema["fields"][-2:]:
        one["aliases"] = ["share_id"]
    (found,) = read(tmp_path, schema)
    assert isinstance(found, Unread)
    assert "two fields stand for share_id" in found.reason


def test_a_file_of_several_event_types_is_a_union(tmp_path: Path) -> None:
    sales = {"type": "record", "name": "Purchase", "fields": [
        {"name": name, "type": "string"}
        for name in ("event_id", "controller_id", "subject_id", "action", "purchase_id")
    ] + [{"name": "occurred_at", "type": instant("timestamp-micros")}]}  # fmt: skip
    sale = {"event_id": "p", "controller_id": "OURCO", "subject_id": "s1", "action": "PURCHASED",
            "purchase_id": "1", "occurred_at": MILLIS * 1000}  # fmt: skip
    schema = [schema_with(), sales]
    found = read(tmp_path, schema, ("com.example.DataShare", record()), ("Purchase", sale))  # type: ignore[arg-type]  # as the library takes branches
    assert [type(event(one)).__name__ for one in found] == ["DataShare", "Purchase"]
    assert {event(one).occurred_at for one in found} == {MILLIS}


@pytest.mark.parametrize(
    "schema",
    [b"", b"{", b'"string"', b'{"type":"array","items":"string"}', b'{"type":"record","name":"a"}',
     b'{"type":"record","name":"a","fields":[]}', b'["null"]', b"[" * 5000,
     b'{"type":"record","name":"a","fields":[{"name":"x","type":"nowhere"}]}',
     b'{"type":"record","name":"a","aliases":5,"fields":[{"name":"x","type":"string"}]}',
     b'{"type":"record","name":"a","fields":[{"name":"x","type":"string","aliases":[{}]}]}',
     (b'{"type":"record","name":"a","fields":[{"name":"occurred_at","type":'
     b'{"type":"long","logicalType":[]}}]}'),
     (b'{"type":"record","name":"a","fields":[{"name":"x","type":'
     b'{"type":"fixed","name":"f","size":"many"}}]}'),
     (b'{"type":"record","name":"a","fields":[{"name":"x","type":'
     b'{"type":"fixed","name":"f","size":-2}},{"name":"y","type":"string"}]}')],
)  # fmt: skip
def test_a_schema_that_is_none_refuses_the_file(schema: bytes, tmp_path: Path) -> None:
    read(tmp_path, schema_with(), record())
    file = tmp_path / "a.avro"
    file.write_bytes(replace_schema(file.read_bytes(), schema))
    (found,) = read_events([str(file)])
    assert isinstance(found, Unread)
    assert "schema" in found.reason


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"])
@pytest.mark.parametrize("ours", [True, False])
def test_every_codec_gives_the_same_records(codec: str, tmp_path: Path, *, ours: bool) -> None:
    schema = schemas().current["data_share"].source if ours else schema_with()
    sent = [record(event_id=f"e{n}") for n in range(3000)]
    found = read(tmp_path, schema, *sent, codec=codec)
    assert [event(one).event_id for one in found] == [one["event_id"] for one in sent]
    assert decode(lines(share("e0")), None) == Decoded(
        event(found[0]), decode(found[0].value, None).payload_hash  # type: ignore[union-attr]  # a line, decoded
    )  # fmt: skip


Change = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("codec", "change", "why"),
    [
        (
            "null",
            lambda c: c.replace(b"avro.codec\x08null", b"avro.codec\x08what"),
            "compressed with what",
        ),
        (
            "null",
            lambda c: c.replace(b"avro.codec\x08null", b"avro.codec\x06lz4"),
            "compressed with lz4",
        ),
        ("snappy", lambda c: c[:-30] + b"\x55" * 4 + c[-26:], "snappy data cannot be unpacked"),
        ("deflate", lambda c: c[:-40] + b"\x55" * 20 + c[-20:], "deflate data cannot be unpacked"),
        ("zstandard", lambda c: c.replace(b"\x28\xb5\x2f\xfd", b"abcd"), "cannot be unpacked"),
        ("deflate", lambda c: c[:-3], "cut short or damaged"),
        ("deflate", lambda c: c[:-16] + bytes(16), "cut short or damaged"),
        ("null", lambda c: c[:40], "cut short or damaged"),
    ],
)
def test_a_codec_that_is_not_known_and_damage_are_distinguished(
    codec: str, change: Change, why: str, tmp_path: Path
) -> None:
    read(tmp_path, schema_with(), record(), codec=codec)
    file = tmp_path / "a.avro"
    file.write_bytes(change(file.read_bytes()))
    (found,) = read_events([str(file)])
    assert isinstance(found, Unread)
    assert why in found.reason
    if "compressed" in why:
        assert "damaged" not in found.reason
