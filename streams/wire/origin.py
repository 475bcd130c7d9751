"""Where a record first stood, and how that travels with it when it is sent again."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final, NamedTuple

import msgspec

from streams.core.instants import LATEST, Instant
from streams.core.state import FactSource
from streams.unpacking.cut import (
    HEADERS_AT_MOST,
    LEFT_OUT,
    Headers,
    LeftOut,
    first_headers,
    name_bytes,
    name_text,
)
from streams.wire.record import Record

RESERVED: Final = "consentry-"
"""What names of our own headers begin with; on inputs such headers mean nothing."""

TOPIC: Final = "consentry-topic"
PARTITION: Final = "consentry-partition"
OFFSET: Final = "consentry-offset"
TIMESTAMP: Final = "consentry-timestamp"
REPLAYED: Final = "consentry-replayed"
"""Which dead letter a record was sent from by `consentry dead-letters replay`."""
UNTIMED: Final = "consentry-untimed"
"""The record timestamp as it was, of a record that does not say when it arrived."""
KEY: Final = "consentry-key"
"""The key that a record had, of one that goes home to be refused there."""
ODD_NAMES: Final = "consentry-odd-headers"
"""Headers whose names are not UTF-8, which no producer of ours can write as names: a
MessagePack list of [place among the headers, name as bytes, value]."""

_NUMBER: Final = re.compile(rb"0|[1-9][0-9]{0,18}")
_NO_TIME: Final = re.compile(rb"-?[1-9][0-9]{0,18}")
_OURS: Final = 6
"""How many headers we add to a record that is sent again, at most, without `UNTIMED` and `KEY`."""

_KEY_AT_MOST: Final = 1_000
"""Bytes of a key that travels; a longer one is no key of an event."""

_INT32: Final = 1 << 31
_INT64: Final = 1 << 63

_Odd = tuple[int, bytes, bytes | None]
_odd_names: Final = msgspec.msgpack.Decoder(list[_Odd])


class Origin(NamedTuple):
    """Coordinates and arrival of a record.

    `ingested_at` is its record timestamp, or the nearest instant that it can be;
    `timestamp` is what the record says.
    """

    source: FactSource
    ingested_at: Instant
    timestamp: Instant

    @property
    def reference(self) -> str:
        """Names the record in keys, findings and logs."""
        source = self.source
        return f"{source.topic}/{source.partition}/{source.offset}"

    @property
    def timed(self) -> bool:
        """Whether the record says when it arrived, in the years 1970 to 9999."""
        return 0 <= self.timestamp <= LATEST


def direct(record: Record) -> Origin:
    """A record that stands where its producer put it."""
    source = FactSource(record.topic, record.partition, record.offset)
    timestamp = Instant(record.timestamp)
    return Origin(source, Instant(min(max(0, timestamp), LATEST)), timestamp)


def rekeyed(record: Record, topics: Container[str]) -> Origin | None:
    """A record that was sent again, or None when its headers do not say from where.

    It must be from one of the `topics`, and the numbers must be such as Kafka has.
    """
    headers = dict(record.headers)
    topic, *numbers = [headers.get(name) or b"" for name in (TOPIC, PARTITION, OFFSET, TIMESTAMP)]
    name = topic.decode("utf-8", "replace")
    if name not in topics or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    partition, offset, timestamp = map(int, numbers)
    if partition >= _INT32 or offset >= _INT64 or timestamp > LATEST:
        return None
    source, ingested_at = FactSource(name, partition, offset), Instant(timestamp)
    untimed = headers.get(UNTIMED) or b""
    if _NO_TIME.fullmatch(untimed):
        said = int(untimed)
        return Origin(source, ingested_at, Instant(said)) if -_INT64 <= said < _INT64 else None
    return Origin(source, ingested_at, ingested_at)


def headers_of(
    origin: Origin, record: Record, room: int, *, with_key: bool = False
) -> list[tuple[str, bytes | None]]:
    """The headers to send a record again with: its own, then where it stood.

    Of its own only the first ones where all take more than `room` bytes, and then how
    many there were, their bytes and their hash. `with_key`: its key too, where it is short.
    """
    source = origin.source
    # A record that does not say when it arrived does not come to say so on the way.
    more: list[tuple[str, bytes | None]] = []
    if not origin.timed:
        more.append((UNTIMED, b"%d" % origin.timestamp))
    key = record.key
    if with_key and (key is None or len(key) <= _KEY_AT_MOST):
        more.append((KEY, key))
        room = max(0, room - len(key or b""))
    return [
        *as_written(first_headers(_own(record.headers), room, HEADERS_AT_MOST - _OURS - len(more))),
        (TOPIC, source.topic.encode()),
        (PARTITION, b"%d" % source.partition),
        (OFFSET, b"%d" % source.offset),
        (TIMESTAMP, b"%d" % origin.ingested_at),
        *more,
    ]


def key_before(record: Record, origin: Origin) -> bytes | None:
    """The key of a record as its producer gave it, where it was sent again to be refused."""
    again = origin.source.topic != record.topic  # elsewhere the header is the producer's own
    return dict(record.headers).get(KEY, record.key) if again else record.key


def _own(headers: Headers) -> Sequence[tuple[str, bytes | None]]:
    return [
        (name, value)
        for name, value in headers
        # Any producer can write that mark: a dead letter is known by its bytes beside it.
        if not name.startswith(RESERVED) or name == REPLAYED or isinstance(value, LeftOut)
    ]


def as_written(headers: Headers) -> list[tuple[str, bytes | None]]:
    """Headers as a producer can write them."""
    plain: list[tuple[str, bytes | None]] = []
    odd: list[_Odd] = []
    for place, (name, value) in enumerate(headers):
        if isinstance(value, LeftOut):
            removed = f"headers={value.headers} bytes={value.length} sha256={value.sha256}"
            plain.append((LEFT_OUT, removed.encode()))
        elif name.isascii() or name_bytes(name).decode("utf-8", "replace") == name:
            plain.append((name, value))
        else:
            odd.append((place, name_bytes(name), value))
    if odd:
        plain.append((ODD_NAMES, msgspec.msgpack.encode(odd)))
    return plain


def headers_before(record: Record) -> Headers:
    """The headers of a record as its producer gave them, where it was sent again too."""
    return as_given(record.headers)


def as_given(written: Headers) -> Headers:
    """What `as_written` was given."""
    packed = dict(written).get(ODD_NAMES)
    if packed is None:
        return written
    try:
        odd = _odd_names.decode(packed)
    except msgspec.MsgspecError:
        return written
    headers = [(name, value) for name, value in written if name != ODD_NAMES]
    for place, name, value in odd:
        # Any producer can write such a header, with a place that no list has.
        headers.insert(min(place, len(headers)), (name_text(name), value))
    return headers
