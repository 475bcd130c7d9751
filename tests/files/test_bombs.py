"""Small files that stand for much: refused at once, in little memory, and the rest is judged."""

from __future__ import annotations

import gzip
import io
import json
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import fastavro
import pytest
from backports import zstd
from cramjam import snappy

from streams.files import avro_blocks, avro_guard
from streams.files.read import Damaged, Line, Unread, read_events
from tests.check.events import lines, share
from tests.check.test_spool import memory_of
from tests.files.avro_events import long

SYNC = b"0123456789abcdef"


def container(schema: Any, *blocks: tuple[int, bytes], codec: str = "null") -> bytes:
    """A container file of blocks as they are: number of records, and packed bytes."""
    out = io.BytesIO()
    out.write(b"Obj\x01" + long(2))
    for name, value in (("avro.schema", json.dumps(schema)), ("avro.codec", codec)):
        out.write(long(len(name)) + name.encode() + long(len(value)) + value.encode())
    out.write(long(0) + SYNC)
    for count, data in blocks:
        out.write(long(count) + long(len(data)) + data + SYNC)
    return out.getvalue()


def record(*fields: tuple[str, Any]) -> dict[str, Any]:
    return {
        "type": "record",
        "name": "DataShare",
        "fields": [{"name": name, "type": kind} for name, kind in fields],
    }


NULLS = record(("x", {"type": "array", "items": "null"}))
WIDE = {"type": "record", "name": "W", "fields": [
    {"name": "b", "type": "boolean"}, *({"name": f"n{n}", "type": "null"} for n in range(2_000))
]}  # fmt: skip
CHAIN = record(("next", ["null", "DataShare"]))
MUCH = bytes(avro_blocks.MAX_BLOCK + 1)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def snapped(data: bytes) -> bytes:
    return bytes(snappy.compress_raw(data)) + zlib.crc32(data).to_bytes(4, "big")


AVRO: dict[str, tuple[bytes, str]] = {
    "nulls": (container(NULLS, (1, long(2**62) + long(0))), "more than 100000 values"),
    "nulls in many blocks": (
        container(NULLS, (1, long(60_000) * 50 + long(0))), "more than 100000 values",
    ),
    "negative count": (
        container(NULLS, (1, long(-(2**40)) + long(0) + long(0))), "more than 100000 values",
    ),
    "wide elements": (
        container(record(("x", {"type": "array", "items": WIDE})), (1, long(5_000) + bytes(5_001))),
        "more than 100000 values",
    ),
    "a chain": (container(CHAIN, (1, long(1) * 1_000_000 + long(0))), "deeper than 16 levels"),
    "records of no bytes": (container(record(("x", "null")), (2**60, b"")), "cut short or damaged"),
    "a long that does not end": (container(record(("x", "long")), (1, b"\xff" * 99)), "damaged"),
    "a string of any length": (container(record(("x", "string")), (1, long(2**60))), "damaged"),
    "deflate": (container(NULLS, (1, deflated(MUCH)), codec="deflate"), "unpacks to more than"),
    "snappy": (container(NULLS, (1, snapped(MUCH)), codec="snappy"), "unpacks to more than"),
    "snappy that says so": (
        container(NULLS, (1, b"\xff\xff\xff\xff\x0f" + b"abcd"), codec="snappy"), "unpacks to more",
    ),
    "zstandard": (container(NULLS, (1, zstd.compress(MUCH)), codec="zstandard"), "unpacks to more"),
    "a block of any size": (container(NULLS) + long(1) + long(2**50), "a block is longer than"),
    "a header of any size": (b"Obj\x01" + long(1) + long(2**40), "header is longer than"),
    "a header of many": (b"Obj\x01" + long(2**60) + long(1) + b"ab" * 3_000_000, "header is longer"),
    "a negative size": (b"Obj\x01" + long(1) + long(-5), "cut short or damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", AVRO)
def test_a_container_bomb_is_refused_unread(kind: str, tmp_path: Path) -> None:
    content, why = AVRO[kind]
    file = tmp_path / "bomb.avro"
    file.write_bytes(content)
    began = time.process_time()
    (found,) = read_events([str(file)])
    assert time.process_time() - began < 2
    assert isinstance(found, Unread)
    assert why in found.reason


def test_what_came_before_a_bomb_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.avro"
    file.write_bytes(container(NULLS, (2, (long(1) + long(0)) * 2), (1, long(2**40) + long(0))))
    first, second, bomb = read_events([str(file)])
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert isinstance(bomb, Unread)
    assert bomb.number == 3


def test_the_guard_ends_records_where_the_library_does() -> None:
    """Its measure of any value is what the library reads of it."""
    schema = fastavro.parse_schema(
        record(
            ("a", ["null", "string", {"type": "array", "items": ["null", "long"]}]),
            ("m", {"type": "map", "values": {"type": "fixed", "name": "F", "size": 3}}),
            ("e", {"type": "enum", "name": "E", "symbols": ["x", "y"]}),
            ("r", {"type": "record", "name": "R", "fields": [
                {"name": "d", "type": "double"}, {"name": "f", "type": "float"},
                {"name": "b", "type": "boolean"}, {"name": "again", "type": ["null", "F", "R"]}]}),
            ("t", "bytes"),
        )
    )  # fmt: skip
    inner = {"d": 1.5, "f": 0.5, "b": True, "again": None}
    values = [
        {"a": a, "m": m, "e": e, "r": inner | {"again": again}, "t": b"\0" * size}
        for a, m, e, again, size in (
            (None, {}, "x", None, 0), ("é" * 90, {"k": b"abc"}, "y", b"xyz", 70_000),
            ([None, 2**40, -1], {str(n): b"abc" for n in range(99)}, "x", inner, 3),
        )
    ]  # fmt: skip
    measure = avro_guard.Measure(schema)
    body, ends = io.BytesIO(), []
    for value in values:
        fastavro.schemaless_writer(body, schema, value)
        ends.append(body.tell())
    at, found = 0, []
    for _ in values:
        at = measure.end_of(body.getvalue(), at)
        found.append(at)
    assert found == ends
    for cut in range(1, 90):
        with pytest.raises(avro_guard.CutShortError):
            measure.end_of(body.getvalue()[: ends[0] - 1][:cut], 0)


def test_deep_json_and_long_lines_are_single_refused_records(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    good = lines(share("a"))
    file.write_bytes(b'{"a":' * 500_000 + b"\n" + good + b"[" * 5_000_000 + b"\n" + good)
    found = list(read_events([str(file)]))
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert isinstance(found[2], Damaged)


@pytest.mark.skipif(sys.platform != "linux", reason="sizes of processes differ")
def test_all_of_them_together_take_little_memory_and_the_rest_is_judged(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, (content, _) in enumerate(AVRO.values()):
        (folder / f"{number:02}.avro").write_bytes(content)
    zeros = b"0" * 50_000_000
    (folder / "line.jsonl.gz").write_bytes(gzip.compress(zeros, 1) * 8)
    (folder / "line.jsonl.zst").write_bytes(zstd.compress(zeros) * 8)
    (folder / "array.jsonl").write_bytes(b"[" + b"{}," * 50_000 + b"{}")
    (folder / "deep.jsonl").write_bytes(b'{"a":' * 3_000_000)
    (folder / "events.jsonl").write_bytes(lines(share("a")))
    out = tmp_path / "out.jsonl"
    status, most, said = memory_of(
        "check", str(folder), "--memory", "400", "--processes", "1", "-o", str(out)
    )
    assert status == 2
    assert most < 400
    assert "Traceback" not in said
    with out.open("rb") as results:
        kinds = [json.loads(line) for line in results if b'"NO_CONSENT"' in line]
    assert len(kinds) == 1
