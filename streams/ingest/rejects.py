"""A rejected record as it is kept: its own bytes, and beside them why and where it came from.

The form is that of dead letter queues: key, value and headers stay what they were, the reason
stands in headers of ours before them. So a record can be mapped again, whole, when the map was
corrected: `as_it_was` makes of a reject the record that it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from streams.ingest.outcomes import Outcome, RejectedItem
from streams.unpacking.cut import CutBytes, Fitted, fit
from streams.wire.origin import as_given, as_written
from streams.wire.record import Record

PREFIX: Final = "consentry-ingest-"
MOST_REASONS: Final = 10

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_INSTANT: Final = re.compile(r"-?[0-9]{1,18}")

_LEAST_BYTES: Final = 66_560
"""What `fit` needs at least; `output_max_bytes` is never less."""


class SourceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a source as it was, wherever it was read. A `Record`."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def as_it_was(kept: Record) -> SourceRecord | None:
    """The record that was rejected, of what is kept of it: its place, time and own headers.

    Headers of ours come before those of the record, which can have the same names: the first of
    a name counts. None where they do not say where it stood. Where they do not say when, it has
    the time of what is kept.
    """
    topic, partition, offset, timestamp = (
        ours(kept, name) or "" for name in ("topic", "partition", "offset", "timestamp")
    )
    if not topic or not _NUMBER.fullmatch(partition) or not _NUMBER.fullmatch(offset):
        return None
    return SourceRecord(
        topic=topic,
        partition=int(partition),
        offset=int(offset),
        timestamp=int(timestamp) if _INSTANT.fullmatch(timestamp) else kept.timestamp,
        key=kept.key,
        value=kept.value,
        headers=own_headers(kept),
    )


def place_headers(
    topic: str, partition: int, offset: int, timestamp: int | None
) -> list[tuple[str, bytes | None]]:
    """Headers that say where and when (milliseconds since the epoch) a record stood."""
    place = (("topic", topic), ("partition", partition), ("offset", offset),
             ("timestamp", timestamp))  # fmt: skip
    return [(PREFIX + name, str(text).encode()) for name, text in place if text is not None]


def ours(kept: Record, name: str) -> str | None:
    """The first header of a name of ours as text, None where there is none or it is no UTF-8."""
    for key, value in kept.headers:
        if key.lower() == PREFIX + name and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None


def own_headers(kept: Record) -> tuple[tuple[str, bytes | None], ...]:
    """The headers that the rejected record had itself."""
    own = [one for one in kept.headers if not one[0].startswith(PREFIX)]
    return tuple(as_given(own))


class RejectedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of which something was rejected; `settled` outcomes of it were events or ignored."""

    map: str
    value: bytes | None
    rejected: tuple[RejectedItem, ...]
    settled: int

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """Headers that say why: the map, each reason, rule, item and path; no values."""
        found = [("map", self.map), ("settled", str(self.settled)),
                 ("rejected", str(len(self.rejected)))]  # fmt: skip
        for item in self.rejected[:MOST_REASONS]:
            found.append(("reason", item.reason))
            for name, text in (("rule", item.rule), ("item", item.number), ("path", item.path)):
                if text is not None:
                    found.append((name, text))
        return [(PREFIX + name, text.encode()) for name, text in found]

    def stored(self, record: Record, source: str, max_bytes: int) -> Fitted:
        """The record as it is written where one may have `max_bytes`.

        Our headers come first: those of `headers`, then the source and where and when the
        record stood: `topic`, `partition`, `offset`, `timestamp`, and `cut` where it was too
        large to be kept whole. Its own follow.
        """
        place: list[tuple[str, bytes | None]] = [
            (f"{PREFIX}source", source.encode()),
            *place_headers(record.topic, record.partition, record.offset, record.timestamp),
        ]
        # Reasons hold paths of the map and nothing of the record, so they are never long.
        taken = sum(len(name) + len(text) for name, text in self.headers)
        room = max(_LEAST_BYTES, max_bytes - taken)
        key, value, own = fit(record.key, record.value, record.headers, room)
        place += [
            (f"{PREFIX}cut", _cut(part, field).encode())
            for part, field in (("key", key), ("value", value))
            if isinstance(field, CutBytes)
        ]  # fmt: skip
        return Fitted(
            None if key is None else bytes(key),
            None if value is None else bytes(value),
            [*self.headers, *place, *as_written(own)],
        )


def _cut(part: str, field: CutBytes) -> str:
    whole = "unknown" if field.length is None else field.length
    return f"{part} bytes={len(field)} of {whole} sha256={field.sha256 or 'unknown'}"


def rejected_record(
    map_name: str, value: bytes | None, outcomes: Sequence[Outcome]
) -> RejectedRecord | None:
    """The record to keep, or None where nothing of it was rejected."""
    rejected = tuple(one for one in outcomes if isinstance(one, RejectedItem))
    if not rejected:
        return None
    settled = len(outcomes) - len(rejected)
    return RejectedRecord(map=map_name, value=value, rejected=rejected, settled=settled)
