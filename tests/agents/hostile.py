"""Values, keys, headers and origins that nobody should send, each with a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from streams.core.events import DataShare
from streams.core.instants import LATEST
from streams.unpacking.cut import CutBytes, cut
from streams.wire.encode import event_to_json
from streams.wire.origin import ODD_NAMES, OFFSET, PARTITION, TIMESTAMP, TOPIC, UNTIMED
from tests.agents.world import NAMES
from tests.kafka.stories import START, share

TOPIC_OF_SHARES = NAMES.data_share
Headers = Sequence[tuple[str, bytes | None]]


def good(name: str = "good") -> DataShare:
    return share("s", name, START)


def body(**changed: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(event_to_json(good())) | changed
    return read


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
    "long name": json.dumps(body(**{"n" * 900_000: 1})).encode(),
    "long misspelt name": json.dumps(
        body(event_id=None, **{f"share{'_' * 900_000}id": 1})
    ).encode(),
    "long name of a union": json.dumps(
        body(event_id=None, **{"n" * 900_000: {"string": "x"}})
    ).encode(),
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


KEYS: dict[str, bytes | None] = {
    "none": None,
    "empty": b"",
    "no UTF-8": b"\xff\xfe\x1f\xff",
    "an address": b"jan.jansen@example.org",
    "long": b"k" * 3_000_000,
    "cut": cut(b"k" * 9_000_000, 16_384),
    "a row of our own": b"\x00P",
}


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
    "ours, odd and far away": [(ODD_NAMES, b"\x91\x93\xcf" + b"\xff" * 8 + b"\xc4\x01a\xc0")],
    "a trace that is none": [("traceparent", b"\xff" * 100_000), ("source", b"\xff" * 100_000)],
}


def origin(**changed: bytes | None) -> Headers:
    given: dict[str, bytes | None] = {
        TOPIC: TOPIC_OF_SHARES.encode(), PARTITION: b"0", OFFSET: b"3",
        TIMESTAMP: b"%d" % START,
    }  # fmt: skip
    names = {"topic": TOPIC, "partition": PARTITION, "offset": OFFSET, "timestamp": TIMESTAMP,
             "untimed": UNTIMED}  # fmt: skip
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
    "untimed, no int64": ("untimed", b"%d" % (1 << 63)),
    "untimed, far below": ("untimed", b"%d" % (-(1 << 63) - 1)),
}


TIMES = [-1, -2, -(1 << 63), (1 << 63) - 1, LATEST + 1, 0, LATEST]
