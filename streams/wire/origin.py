"""Where a record first stood, and how that travels with it when it is sent again."""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.core.instants import Instant
from streams.core.state import Source
from streams.wire.record import Record

TOPIC: Final = "consentry-topic"
PARTITION: Final = "consentry-partition"
OFFSET: Final = "consentry-offset"
TIMESTAMP: Final = "consentry-timestamp"


class Origin(NamedTuple):
    """Coordinates and arrival of a record; `ingested_at` is its record timestamp."""

    source: Source
    ingested_at: Instant

    @property
    def reference(self) -> str:
        """Names the record in keys, findings and logs."""
        source = self.source
        return f"{source.topic}/{source.partition}/{source.offset}"


def direct(record: Record) -> Origin:
    """A record that stands where its producer put it."""
    source = Source(record.topic, record.partition, record.offset)
    return Origin(source, Instant(record.timestamp))


def rekeyed(record: Record) -> Origin | None:
    """A record that was sent again, or None when its headers do not say from where."""
    headers = dict(record.headers)
    place = [headers.get(name) for name in (TOPIC, PARTITION, OFFSET, TIMESTAMP)]
    topic, *numbers = [b"" if value is None else value for value in place]
    try:
        partition, offset, timestamp = map(int, numbers)
        return Origin(Source(topic.decode(), partition, offset), Instant(timestamp))
    except ValueError:
        return None


def headers_of(origin: Origin, record: Record) -> list[tuple[str, bytes | None]]:
    """The headers to send a record again with: its own, then where it stood."""
    own = [pair for pair in record.headers if not pair[0].startswith("consentry-")]
    source = origin.source
    return [
        *own,
        (TOPIC, source.topic.encode()),
        (PARTITION, b"%d" % source.partition),
        (OFFSET, b"%d" % source.offset),
        (TIMESTAMP, b"%d" % origin.ingested_at),
    ]
