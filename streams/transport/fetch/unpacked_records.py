"""Records as aiokafka's consumer fetches and unpacks them, without what nobody here asks for.

aiokafka makes a dataclass of eleven fields of each record and measures its parts again; of
the time that a worker needs for a record it takes as much as storing one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from aiokafka import errors

from streams.native.fields import read_by_place
from streams.native.library import LIBRARY
from streams.native.runs import RunMaker, unpacker_of
from streams.topics.reader import Fetched, Placed
from streams.unpacking.cut import HEADERS_AT_MOST, first_headers
from streams.unpacking.fetched import Batches

HEADERS_MAX_BYTES: Final = 1 << 20
"""Of more headers than are ever kept, so many bytes."""


class Received(msgspec.Struct, frozen=True, gc=False):
    """A record as it was received (`streams.wire.record`)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


read_by_place(LIBRARY, (Received,))

UNPACKER: Final = unpacker_of(LIBRARY, Received)
"""What makes them in C, where there is one."""


class Unpacked(Placed):
    """Batches unpacked into lighter records."""

    def begin(self) -> None:
        """Let the batches make them in runs, where they can."""
        if UNPACKER is not None and isinstance(self._records, Batches):
            self._records.run_maker = RunMaker(
                UNPACKER,
                self._tp.topic,
                self._tp.partition,
                self.next_fetch_offset,
                HEADERS_AT_MOST,
            )

    def _record(self, tp: Any, record: Any) -> Received:
        headers = tuple(record.headers)
        if len(headers) > HEADERS_AT_MOST:
            headers = tuple(first_headers(headers, HEADERS_MAX_BYTES))
        return Received(
            tp.topic,
            tp.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            headers,
        )


def lighten(fetcher: Any) -> None:
    """Let a fetcher without deserializers give `Received` from now on."""
    fetcher._records = Fetched(fetcher._records, Unpacked)


async def fetched(
    fetcher: Any, places: Iterable[Any], seconds: float
) -> Mapping[Any, list[Any]] | errors.OffsetOutOfRangeError | None:
    """What came of the places, or that one is outside of its log; None when the poll was ended.

    Nothing may be raised past the context: it would leave aiokafka counting one fetch for ever.
    """
    with fetcher._subscriptions.fetch_context():
        try:
            found: Mapping[Any, list[Any]] = await fetcher.fetched_records(
                set(places), timeout=seconds, max_records=None
            )
        except asyncio.CancelledError:
            return None
        except errors.OffsetOutOfRangeError as error:
            return error
    return found
