"""A record that could not be judged, kept with the reason: whole, or cut where it is too large.

Its bytes may hold personal data: they go to topics with short retention and into no log.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.findings import DeadLetter
from streams.core.instants import Instant
from streams.unpacking.cut import CutBytes, LeftOut, fit, name_bytes, name_text
from streams.wire.avro import read_record, write_record
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER
from streams.wire.origin import Origin, headers_before, key_before
from streams.wire.record import Record
from streams.wire.schemas import DEAD_LETTER


class PartCut(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a record that was too large to be kept whole: key, value or headers.

    `cut_at` counts the bytes that were kept, or the headers. `length` and `sha256` are of
    the whole part, None where it was not read to its end; `headers` is how many headers
    there were.
    """

    part: str
    cut_at: int
    length: int | None = None
    sha256: str | None = None
    headers: int | None = None


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The record as it stood on its topic. `timestamp` is the record timestamp.

    Bytes in the name of a header that are no UTF-8 are surrogates (`unpacking.cut`). What
    was cut is named in `cuts`.
    """

    topic: str
    partition: int
    offset: int
    timestamp: Instant | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    cuts: tuple[PartCut, ...] = ()

    def __repr__(self) -> str:
        """Names the record and leaves its contents out: a log may get to see this."""
        return f"Original({self.topic!r}, {self.partition}, {self.offset})"


class StoredDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter as stored: the record, what is wrong with it, and when it was met."""

    original: Original
    letter: DeadLetter
    detected_at: Instant


def original_of(record: Record, origin: Origin, max_bytes: int) -> Original:
    """A record as it can be kept where a record may have `max_bytes`."""
    key, value, headers = fit(
        key_before(record, origin), record.value, headers_before(record), max_bytes
    )
    cuts = [
        PartCut(part=part, cut_at=len(field), length=field.length, sha256=field.sha256)
        for part, field in (("key", key), ("value", value))
        if isinstance(field, CutBytes)
    ]
    if headers and isinstance(rest := headers[-1][1], LeftOut):
        headers = headers[:-1]
        cuts.append(
            PartCut(
                part="headers",
                cut_at=len(headers),
                length=rest.length,
                sha256=rest.sha256,
                headers=rest.headers,
            )
        )
    source = origin.source
    return Original(
        topic=source.topic,
        partition=source.partition,
        offset=source.offset,
        timestamp=origin.timestamp,
        key=None if key is None else bytes(key),
        value=None if value is None else bytes(value),
        headers=tuple(headers),
        cuts=tuple(cuts),
    )


def encode_dead_letter(original: Original, letter: DeadLetter, detected_at: Instant) -> bytes:
    """The value of a record on the dead-letter and quarantine topics."""
    record: dict[str, Any] = {
        "topic": original.topic,
        "partition": original.partition,
        "offset": original.offset,
        "timestamp": original.timestamp,
        "key": original.key,
        "value": original.value,
        "headers": [_header(name, value) for name, value in original.headers],
        "code": letter.code,
        "reason": letter.reason,
        "field": letter.field,
        "detected_at": detected_at,
        "cuts": msgspec.to_builtins(original.cuts),
    }
    return write_record(DEAD_LETTER, record)


def _header(name: str, value: bytes | None) -> dict[str, Any]:
    known = name_bytes(name)
    text = known.decode("utf-8", "replace")
    return {"key": text, "value": value, "key_bytes": None if text == name else known}


def _name(header: dict[str, Any]) -> str:
    name: str = header["key"]
    return name if header["key_bytes"] is None else name_text(header["key_bytes"])


def decode_dead_letter(value: bytes) -> StoredDeadLetter:
    """Read what `encode_dead_letter` wrote, now or in an earlier release. Raises WireError."""
    if not value.startswith(AVRO_MARKER):
        raise WireError("a dead letter begins with the Avro marker C3 01")
    name, record = read_record(value)
    if name != DEAD_LETTER:
        raise WireError(f"the record is a {name}, not a dead letter")
    return StoredDeadLetter(
        original=Original(
            topic=record["topic"],
            partition=record["partition"],
            offset=record["offset"],
            timestamp=record["timestamp"],
            key=record["key"],
            value=record["value"],
            headers=tuple((_name(one), one["value"]) for one in record["headers"]),
            cuts=tuple(PartCut(**one) for one in record["cuts"]),
        ),
        letter=DeadLetter(code=record["code"], reason=record["reason"], field=record["field"]),
        detected_at=record["detected_at"],
    )
