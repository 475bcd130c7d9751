"""Records that some producer sends one day, each with how it must end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from streams.core.events import DataShare, Event
from streams.core.identifiers import subject_key
from streams.core.instants import LATEST, hours
from streams.settings.names import TopicNames
from streams.wire.encode import event_to_json
from streams.wire.origin import OFFSET, PARTITION, TIMESTAMP, TOPIC
from tests.clients.librdkafka import Raw
from tests.kafka.stories import START, share

JUDGED, DEAD, QUARANTINED, REKEYED = "judged", "dead", "quarantined", "re-keyed"
ODD = b"x-caf\xe9"
"""A name that is Latin-1, and no UTF-8."""

MEGABYTES_5 = 5_000_000
BOMB = 120_000_000


class Hostile(NamedTuple):
    """A record, how it must end, and in which codecs it is sent. `event` is what it holds."""

    name: str
    record: Raw
    ends: str
    event: Event | None = None
    codecs: tuple[str, ...] = ("none",)
    words: str = ""
    """What its dead letter's reason says."""


PACKED = ("gzip", "lz4", "zstd")
"""Codecs that make a few kilobytes of much; snappy makes a twentieth."""


def hostile(names: TopicNames) -> Iterator[Hostile]:
    """All of them."""
    yield from _headers(names)
    yield from _large(names)
    yield from _forged(names)
    yield from _values(names)
    yield from _times(names)


def sound(names: TopicNames, name: str, **changed: Any) -> tuple[Raw, DataShare]:
    """A record of a share that is in order but for what is changed, and the share."""
    event = share(f"subject-{name}", f"h-{name}", START)
    key = subject_key(event.controller_id, event.subject_id)
    record = Raw(names.data_share, key, event_to_json(event))
    return record._replace(**changed), event


def _headers(names: TopicNames) -> Iterator[Hostile]:
    odd = ((ODD, b"1"), (b"", None), (ODD, None), (b"x", b"\xff" * 10))
    record, event = sound(names, "odd", headers=odd)
    yield Hostile("a name of a header that is no UTF-8", record, JUDGED, event)
    record, event = sound(names, "odd-rekeyed", headers=odd, key=b"other")
    yield Hostile("such a name, under another key", record, REKEYED, event)
    record, _ = sound(names, "odd-bad", headers=odd, value=b"{")
    yield Hostile("such a name, and no event", record, DEAD, words="the JSON cannot be read")
    many = ((b"h", b"x"),) * 40_000
    record, event = sound(names, "many", headers=many)
    yield Hostile("very many headers", record, JUDGED, event)
    ours = ((b"consentry-batch", b"7"), (b"consentry-timestamp", b"1" + b"0" * 30))
    record, event = sound(names, "ours", headers=ours)
    yield Hostile("headers with our names", record, JUDGED, event)


def _large(names: TopicNames) -> Iterator[Hostile]:
    text = b'{"a": "' + b"x" * MEGABYTES_5 + b'"}'
    record, _ = sound(names, "large", value=text)
    yield Hostile(
        "5 MB of JSON", record, DEAD, codecs=(*PACKED, "snappy"), words="longer than 1048576 bytes"
    )
    record, _ = sound(names, "bomb", value=b"{" + b" " * BOMB)
    yield Hostile("a bomb", record, DEAD, codecs=PACKED, words="longer than 1048576 bytes")
    much = ((b"first", b"1"), (b"much", b"y" * MEGABYTES_5))
    record, event = sound(names, "much", headers=much)
    yield Hostile("5 MB of headers", record, JUDGED, event, PACKED)
    record, event = sound(names, "much-rekeyed", headers=much, key=None)
    yield Hostile("5 MB of headers, under no key", record, REKEYED, event, PACKED)
    record, _ = sound(names, "much-bad", headers=much, value=b"[]")
    yield Hostile(
        "5 MB of headers, and no event", record, DEAD, codecs=PACKED, words="a JSON array"
    )
    record, event = sound(names, "long-key", key=b"k" * MEGABYTES_5)
    yield Hostile("5 MB of key", record, REKEYED, event, PACKED)
    record, _ = sound(names, "long-key-bad", key=b"k" * MEGABYTES_5, value=text)
    yield Hostile(
        "5 MB of key, and no event", record, DEAD, codecs=PACKED, words="longer than 1048576 bytes"
    )


def _forged(names: TopicNames) -> Iterator[Hostile]:
    for name, headers in (
        ("an absurd timestamp", {TIMESTAMP: b"1" + b"0" * 30}),
        ("a negative timestamp", {TIMESTAMP: b"-1"}),
        ("an absurd offset", {OFFSET: b"9" * 40}),
        ("a foreign topic", {TOPIC: b"elsewhere"}),
        ("no number", {PARTITION: b"\xd9\xa1"}),
        ("nothing", {TOPIC: None, PARTITION: None, OFFSET: None, TIMESTAMP: None}),
    ):
        given = {
            TOPIC: names.data_share.encode(), PARTITION: b"0", OFFSET: b"0",
            TIMESTAMP: b"%d" % START,
        } | headers  # fmt: skip
        record, _ = sound(
            names,
            "forged",
            topic=names.rekeyed,
            headers=tuple((key.encode(), value) for key, value in given.items()),
        )
        yield Hostile(f"a forged origin: {name}", record, DEAD, words="a re-keyed record does not")


def _values(names: TopicNames) -> Iterator[Hostile]:
    plain: dict[str, Any] = json.loads(event_to_json(share("subject-v", "v", START)))

    numbers = count()

    def changed_to(**changed: Any) -> bytes:
        return json.dumps(plain | {"event_id": f"v-{next(numbers)}"} | changed).encode()

    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    values: list[tuple[str, bytes | None, str, str]] = [
        ("a tombstone", None, DEAD, "tombstone"),
        ("nothing", b"", DEAD, "empty"),
        ("depth", deep, DEAD, "deep"),
        ("a number of 100,000 digits", changed_to()[:-1] + b',"x":' + b"9" * 100_000 + b"}", DEAD, "number"),
        ("no number", changed_to()[:-1] + b',"x":NaN}', DEAD, "JSON"),
        ("a lone surrogate", changed_to(subject_id="\ud800"), DEAD, "JSON"),
        ("zero characters", changed_to(subject_id="\0"), DEAD, "subject_id must not hold control"),
        ("the separator", changed_to(subject_id="a\x1fb"), DEAD, "subject_id must not hold control"),
        ("a foreign schema", b"\xc3\x01" + b"\xff" * 40, DEAD, "schema"),
        ("an address", changed_to(share_id="jan.jansen@example.org"), QUARANTINED, "share_id"),
        ("an address in broken JSON", b'{"x": "jan.jansen@example.org', QUARANTINED, "an e-mail address"),
    ]  # fmt: skip
    for name, value, ends, words in values:
        record, _ = sound(names, "v", value=value)
        yield Hostile(f"a value: {name}", record, ends, words=words)


def _times(names: TopicNames) -> Iterator[Hostile]:
    # The topics take the broker's time, so what a producer says is never asked.
    record, event = sound(names, "1970", timestamp=1)
    yield Hostile("a record of 1970 of a later event", record, JUDGED, event)
    late = share("subject-late", "h-late", LATEST)
    record = Raw(names.data_share, b"SHOP\x1fsubject-late", event_to_json(late))
    yield Hostile(
        "an event of the year 9999", record, DEAD, words="occurred more than five minutes"
    )
    record, event = sound(names, "before", timestamp=START + hours(1))
    yield Hostile("a record of long ago", record, JUDGED, event)
