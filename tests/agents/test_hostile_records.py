"""Whatever a record holds, it ends somewhere, and the worker goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from streams.core.events import DataShare
from streams.core.instants import LATEST
from streams.core.vocabulary import Status
from streams.unpacking.cut import LEFT_OUT, CutBytes, cut
from streams.wire.dead_letters import StoredDeadLetter, decode_dead_letter
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding
from streams.wire.origin import ODD_NAMES, OFFSET, PARTITION, TIMESTAMP, TOPIC
from tests.agents.world import NAMES, SETTINGS, World
from tests.kafka.stories import START, share
from tests.transport.records import One

TOPIC_OF_SHARES = NAMES.data_share
Headers = Sequence[tuple[str, bytes | None]]


def good(name: str = "good") -> DataShare:
    return share("s", name, START)


def body(**changed: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(event_to_json(good())) | changed
    return read


def letters(world: World) -> list[StoredDeadLetter]:
    found = (*world.outputs(NAMES.dead_letters), *world.outputs(NAMES.quarantine))
    return [decode_dead_letter(one.value or b"") for one in found]


def ended_well(world: World, *records: One) -> World:
    """Judge these between good ones: all are counted, and all that is written fits."""
    before = world.record(good("before"))
    world.take(before, *records, world.record(good("after")))
    for topic in {record.topic for record in records}:
        assert world.count(topic).balanced
    assert world.count().judged >= 2
    for batch in world.kept.batches:
        for output in batch.outputs:
            assert output.size < SETTINGS.output_max_bytes
            for name, _ in output.headers:
                name.encode()
    return world


DEEP = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
VALUES: dict[str, bytes | None] = {
    "tombstone": None,
    "empty": b"",
    "zero": b"\0",
    "zeros": b"\0" * 100_000,
    "deep objects": DEEP,
    "deep lists": b"[" * 300_000,
    "deep within": json.dumps(body()).encode()[:-1] + b',"x":' + DEEP + b"}",
    "long number": json.dumps(body()).encode()[:-1] + b',"x":' + b"9" * 500_000 + b"}",
    "long fraction": json.dumps(body()).encode()[:-1] + b',"x":0.' + b"9" * 500_000 + b"}",
    "large exponent": json.dumps(body()).encode()[:-1] + b',"x":1e999999}',
    "not a number": json.dumps(body()).encode()[:-1] + b',"x":NaN}',
    "infinite": json.dumps(body()).encode()[:-1] + b',"x":Infinity}',
    "lone surrogate": json.dumps(body(share_id="\ud800")).encode(),
    "lone surrogate in an id": json.dumps(body(subject_id="\ud800")).encode(),
    "lone surrogate in an unknown field": json.dumps(body(x="\ud800", **{"\udfff": 1})).encode(),
    "surrogate in UTF-8": event_to_json(good()).replace(b"good", b"\xed\xa0\x80"),
    "zero characters": json.dumps(body(share_id="\0", event_id="\0\0")).encode(),
    "zero character in a name": json.dumps(body(**{"\0": "\0"})).encode(),
    "separator in an id": json.dumps(body(subject_id="a\x1fb")).encode(),
    "very many unknown fields": json.dumps(body(**{f"f{n}": n for n in range(50_000)})).encode(),
    "very long list": json.dumps(body(data_categories=["EMAIL"] * 60_000)).encode(),
    "long text": json.dumps(body(share_id="x" * 900_000)).encode(),
    "long address": json.dumps(body(x="a@" * 400_000 + "a.nl")).encode(),
    "digits": json.dumps(body(x="06-" * 300_000)).encode(),
    "no digits": b"{" + b"1-" * 500_000,
    "dots": b"{" + b"a." * 500_000 + b"@",
    "more than a value may have": b"{" + b" " * 4_000_000,
    "an address at the end of much": b"{" + b" " * 4_000_000 + b"jan.jansen@example.org",
    "instants far away": json.dumps(body(occurred_at="9999-12-31T23:59:59.999Z")).encode(),
    "instants long ago": json.dumps(body(occurred_at="0001-01-01T00:00:00Z")).encode(),
    "an instant as a number": json.dumps(body(occurred_at=10**30)).encode(),
    "avro marker": b"\xc3\x01",
    "avro of nobody": b"\xc3\x01" + b"\xff" * 100,
    "confluent": b"\0\0\0\0\x07" + b"x" * 50,
    "confluent of no schema": b"\0\xff\xff\xff\xff",
    "UTF-16": json.dumps(body()).encode("utf-16"),
    "byte-order mark": b"\xef\xbb\xbf" + json.dumps(body()).encode(),
    "cut while it was read": CutBytes(b'{"a"', 600_000_000, "0" * 64),
    "not read": CutBytes(b"", None, None),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    world = World()
    ended_well(world, world.record(good(name[:20]), value=VALUES[name]))


KEYS: dict[str, bytes | None] = {
    "none": None,
    "empty": b"",
    "no UTF-8": b"\xff\xfe\x1f\xff",
    "an address": b"jan.jansen@example.org",
    "long": b"k" * 3_000_000,
    "cut": cut(b"k" * 9_000_000, 16_384),
    "a row of our own": b"\x00P",
}


@pytest.mark.parametrize("value", ["good", "bad"])
@pytest.mark.parametrize("name", KEYS)
def test_keys(name: str, value: str) -> None:
    world = World()
    held = event_to_json(good()) if value == "good" else b"?"
    ended_well(world, world.record(good(), key=KEYS[name], value=held))


HEADERS: dict[str, Headers] = {
    "a name that is no UTF-8": [("x-caf\udce9", b"1"), ("plain", b"2"), ("\udcff", None)],
    "nothing": [("", None), ("", b"")],
    "twice": [("a", b"1"), ("a", b"2"), ("a", None)],
    "very many": [("h", b"x")] * 9_000,
    "too many": [("h", b"x")] * 20_000,
    "long": [("first", b"1"), ("long", b"y" * 5_000_000), ("last", b"2")],
    "a long name": [("n" * 5_000_000, b"y")],
    "long and odd": [("\udce9", b"y" * 5_000_000)],
    "ours": [(TOPIC, b"x"), (OFFSET, b"7"), ("consentry-batch", b"99"), (ODD_NAMES, b"\xff")],
    "ours, odd": [(ODD_NAMES, b"\x91\x93\xcd\xff\xff\xc4\x01a\xc0")],
    "a trace that is none": [("traceparent", b"\xff" * 100_000), ("source", b"\xff" * 100_000)],
}


@pytest.mark.parametrize("kind", ["judged", "refused", "re-keyed"])
@pytest.mark.parametrize("name", HEADERS)
def test_headers(name: str, kind: str) -> None:
    world = World()
    given: dict[str, Any] = {"headers": tuple(HEADERS[name])}
    if kind == "refused":
        given["value"] = b"?"
    if kind == "re-keyed":
        given["key"] = b"other"
    ended_well(world, world.record(good(), **given))
    counters = world.count()
    ends = {"judged": counters.judged - 2, "refused": counters.dead_lettered,
            "re-keyed": counters.rekeyed}  # fmt: skip
    assert ends[kind] == 1


@pytest.mark.parametrize("name", HEADERS)
def test_headers_travel_with_a_re_keyed_record_that_turns_out_bad(name: str) -> None:
    """What its dead letter says does not depend on the way that it took."""
    world = World()
    late = share("s", "late", LATEST)
    headers = tuple(HEADERS[name])
    ended_well(world, world.record(late, key=b"other", headers=headers))
    [sent] = world.outputs(NAMES.rekeyed)
    again = One(NAMES.rekeyed, 0, 0, START, sent.key, sent.value, tuple(sent.headers))
    world.take(again)
    [letter] = letters(world)
    kept = [pair for pair in headers if not pair[0].startswith("consentry-")]
    if name in ("too many", "long", "a long name", "long and odd"):
        [published] = [value for one, value in letter.original.headers if one == LEFT_OUT]
        assert b"headers=%d bytes=" % len(headers) in (published or b"")
    else:
        own = [pair for pair in letter.original.headers if not pair[0].startswith("consentry-")]
        assert own == kept


def origin(**changed: bytes | None) -> Headers:
    given: dict[str, bytes | None] = {
        TOPIC: TOPIC_OF_SHARES.encode(), PARTITION: b"0", OFFSET: b"3",
        TIMESTAMP: b"%d" % START,
    }  # fmt: skip
    names = {"topic": TOPIC, "partition": PARTITION, "offset": OFFSET, "timestamp": TIMESTAMP}
    return list((given | {names[name]: value for name, value in changed.items()}).items())


NO_NUMBERS: dict[str, bytes | None] = {
    "far too large": b"1" + b"0" * 30,
    "negative": b"-1",
    "negative zero": b"-0",
    "signed": b"+1",
    "empty": b"",
    "none": None,
    "exponent": b"1e3",
    "hexadecimal": b"0x10",
    "blank before": b" 1",
    "blank behind": b"1 ",
    "underscore": b"1_0",
    "Arabic-Indic digit": b"\xd9\xa1",
    "full-width digit": b"\xef\xbc\x91",
    "ten thousand digits": b"9" * 10_000,
    "no int64": b"%d" % (1 << 63),
    "not a number": b"NaN",
    "no UTF-8": b"\xff",
    "leading zero": b"01",
}
FORGED: dict[str, tuple[str, bytes | None]] = {
    **{
        f"{header}, {what}": (header, value)
        for header in ("partition", "offset", "timestamp")
        for what, value in NO_NUMBERS.items()
    },
    "topic, none": ("topic", None),
    "topic, empty": ("topic", b""),
    "topic, no UTF-8": ("topic", b"\xff"),
    "topic, another": ("topic", b"other"),
    "topic, long": ("topic", b"x" * 100_000),
    "topic, re-keyed": ("topic", NAMES.rekeyed.encode()),
    "topic, ticks": ("topic", NAMES.ticks.encode()),
    "partition, no int32": ("partition", b"%d" % (1 << 31)),
    "timestamp, after the year 9999": ("timestamp", b"%d" % (LATEST + 1)),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_origin_is_not_believed(name: str) -> None:
    world = World()
    header, value = FORGED[name]
    record = world.record(good(), NAMES.rekeyed, headers=tuple(origin(**{header: value})))
    ended_well(world, record)
    assert world.count(NAMES.rekeyed).dead_lettered == 1
    [letter] = letters(world)
    assert letter.original.topic == NAMES.rekeyed
    assert "does not say" in letter.letter.reason


TIMES = [-1, -2, -(1 << 63), (1 << 63) - 1, LATEST + 1, 0, LATEST]


@pytest.mark.parametrize("value", ["good", "bad"])
@pytest.mark.parametrize("at", TIMES)
def test_record_timestamps(at: int, value: str) -> None:
    world = World()
    held = event_to_json(good()) if value == "good" else b"?"
    ended_well(world, world.record(good(), value=held, timestamp=at))
    for letter in letters(world):
        assert letter.original.timestamp == at
    for finding in world.findings():
        assert 0 <= finding.detected_at <= LATEST


@pytest.mark.parametrize("at", [at for at in TIMES if at < LATEST])
def test_ticks(at: int) -> None:
    world = World()
    tick = world.record(None, NAMES.ticks, value=None, timestamp=at)
    ended_well(world, tick)


def test_a_record_too_large_for_its_dead_letter_is_cut_there() -> None:
    world = World()
    value = b"{" + bytes(range(256)) * 20_000
    ended_well(world, world.record(good(), key=b"k", value=value, headers=(("a", b"b"),)))
    [letter] = letters(world)
    original = letter.original
    [one] = original.cuts
    assert (one.part, one.length, one.cut_at) == ("value", len(value), len(original.value or b""))
    assert one.sha256 == cut(value, 0).sha256
    assert value.startswith(original.value or b"-")
    assert (original.key, original.headers) == (b"k", (("a", b"b"),))
    assert world.codes().count("UNPROCESSABLE_EVENT") == 1


def test_a_name_that_is_no_utf_8_stands_in_the_dead_letter_byte_by_byte() -> None:
    world = World()
    headers = (("x-caf\udce9", b"1"), ("x-café", b"2"))
    ended_well(world, world.record(good(), value=b"?", headers=headers))
    [letter] = letters(world)
    assert letter.original.headers == headers


def test_bad_records_of_one_event_share_a_finding_and_none_is_lost() -> None:
    """Sent again, or wrong in another way: the same address, which stays open, is all it takes."""
    first = body(event_id="bad", purpose="NO_SUCH_PURPOSE")
    again = body(event_id="bad", recipient_role="NO_SUCH_ROLE", occurred_at="2026-08-01T00:00:00Z")
    personal = body(event_id="bad", share_id="jan.jansen@example.org")
    world = World()
    records = [
        world.record(good(), value=json.dumps(one).encode())
        for one in (first, first, again, personal)
    ]
    ended_well(world, *records)
    assert len(letters(world)) == len(records)
    published = [
        finding
        for one in world.outputs(NAMES.violations)
        if (finding := decode_finding(one.value or b"")).event_id == "bad"
    ]
    assert [one.code for one in published] == ["UNPROCESSABLE_EVENT"] * 3 + [
        "RAW_PERSONAL_DATA_IN_EVENT"
    ]
    assert len({one.violation_id for one in published}) == 2
    assert {(one.status, one.revision) for one in published} == {(Status.OPEN, 1)}
    same = [
        msgspec.structs.replace(one, occurred_at=None, detected_at=START, citations=())
        for one in published[:3]
    ]
    assert same[0] == same[1] == same[2]
