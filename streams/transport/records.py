"""Records as aiokafka's consumer unpacks them, without what nobody here asks for.

aiokafka makes a dataclass of eleven fields of each record and measures its parts anew; of
the time that a worker needs for a record it takes as much as storing one does.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords


class Received(msgspec.Struct, frozen=True, gc=False):
    """A record as it was received (`streams.wire.record`)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Unpacked(PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own unpacking of batches, transactions included, into lighter records."""

    def _consumer_record(self, tp: Any, record: Any) -> Received:
        return Received(
            tp.topic,
            tp.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
        )


class Fetched(OrderedDict[Any, Any]):
    """What a fetcher holds by place; results put in are unpacked into lighter records."""

    def __setitem__(self, place: Any, found: Any) -> None:
        # Errors are put in too; and a result is put in before anything of it is unpacked.
        if type(found) is FetchResult and type(found._partition_records) is PartitionRecords:
            found._partition_records.__class__ = Unpacked
        super().__setitem__(place, found)


def lighten(fetcher: Any) -> None:
    """Let a fetcher without deserializers give `Received` from now on."""
    fetcher._records = Fetched(fetcher._records)
