"""aiokafka's consumer, which says where a batch stands that it cannot unpack.

Every consumer of Consentry is one. aiokafka's own error names the codec, and neither topic
nor offset; nobody can do anything about a batch that they do not find.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections import OrderedDict
from typing import Any, Final

import aiokafka
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import UnsupportedCodecError

from streams.topics.codecs import CODEC_MASK, damaged_batch, unreadable_batch

_DAMAGE: Final = (EOFError, gzip.BadGzipFile, zlib.error, struct.error)
"""What the library's own unpacking raises over bytes that are none of its codec."""


class Batches:
    """The batches of one answer to a fetch; `last` is the one that is being unpacked."""

    def __init__(self, records: Any) -> None:
        self.has_next = records.has_next
        self._next = records.next_batch
        self.last: Any = None

    def next_batch(self) -> Any:
        """Go on to the next batch."""
        self.last = self._next()
        return self.last

    @property
    def codec(self) -> int | None:
        """The codec's number, None in the message formats before Kafka 0.11."""
        attributes = getattr(self.last, "attributes", None)
        return None if attributes is None else attributes & CODEC_MASK


class Placed(PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own unpacking, transactions included; what cannot be unpacked is named.

    Iterating raises ConsentryError with topic, partition and offset for a batch whose codec
    this process cannot read, and for one whose bytes are damaged.
    """

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except UnsupportedCodecError:
            raise unreadable_batch(*self._where()) from None
        except Exception as error:
            if isinstance(error, _DAMAGE) or type(error).__name__ == "DecompressionError":
                raise damaged_batch(*self._where()) from None
            raise

    def _where(self) -> tuple[str, int, int, int | None]:
        return (*self._tp, self.next_fetch_offset, self._records.codec)


class Fetched(OrderedDict[Any, Any]):
    """What a fetcher holds by place; results that are put in are unpacked our way."""

    def __init__(self, held: Any, unpacking: type[Placed] = Placed) -> None:
        self._unpacking = unpacking
        super().__init__(held)

    def __setitem__(self, place: Any, found: Any) -> None:
        # Errors are put in too; and a result is put in before anything of it is unpacked.
        if type(found) is FetchResult and type(found._partition_records) is PartitionRecords:
            found._partition_records.__class__ = self._unpacking
            found._partition_records._records = Batches(found._partition_records._records)
        super().__setitem__(place, found)


class Reader(aiokafka.AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """A consumer that ends with a ConsentryError at a batch that it cannot unpack."""

    async def start(self) -> None:
        """Connect, as aiokafka does."""
        await super().start()
        self._fetcher._records = Fetched(self._fetcher._records)
