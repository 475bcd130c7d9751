"""The log of one partition in memory: records, transactions, holes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiokafka.errors import OffsetOutOfRangeError

Place = tuple[str, int]
"""Topic and partition number."""

Headers = Sequence[tuple[str, bytes | None]]


class Record(NamedTuple):
    """A record as a consumer hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Content(NamedTuple):
    """What a producer gives for a record."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int | None = None


class Busy(Exception):
    """The broker is not ready for the request yet; clients ask again (CONCURRENT_TRANSACTIONS)."""


class Refused(Exception):
    """The broker did not take a batch."""


class Offset(NamedTuple):
    """A committed offset, and what its committer wrote beside it."""

    offset: int
    metadata: str = ""


class Session(NamedTuple):
    """What a transactional producer is known by: a number of its own and an epoch."""

    transactional_id: str
    epoch: int


class Transaction:
    """One transaction. `commit` is None while it is open."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.groups: set[str] = set()
        self.offsets: dict[str, dict[Place, Offset]] = {}
        self.commit: bool | None = None
        self.to_mark: list[Place] = []


class Entry(NamedTuple):
    record: Record | None
    transaction: Transaction | None


HOLE = Entry(None, None)
"""An offset without a record: a marker, or a record that compaction took."""


class Log:
    """One partition. Offsets are places in a list; `start` is the first that is left."""

    def __init__(self) -> None:
        self.start = 0
        self._entries: list[Entry] = []
        self._unmarked: dict[Transaction, int] = {}
        self._aborted: set[Transaction] = set()

    @property
    def end(self) -> int:
        """The next offset."""
        return len(self._entries)

    @property
    def stable_end(self) -> int:
        """The last stable offset: before the first transaction that has no marker yet."""
        return min(self._unmarked.values()) if self._unmarked else len(self._entries)

    def append(self, record: Record, transaction: Transaction | None = None) -> None:
        """One more record; its offset must be `end`."""
        if transaction is not None:
            self._unmarked.setdefault(transaction, self.end)
        self._entries.append(Entry(record, transaction))

    def mark(self, transaction: Transaction) -> None:
        """Write the marker that ends a transaction here; it takes an offset."""
        self._unmarked.pop(transaction, None)
        if not transaction.commit:
            self._aborted.add(transaction)
        self._entries.append(HOLE)

    def read(self, position: int, limit: int, *, committed: bool) -> tuple[list[Record], int]:
        """Up to `limit` offsets from a position: the records to see, and the next position.

        Raises OffsetOutOfRangeError below the start and past the end.
        """
        if not self.start <= position <= self.end:
            raise OffsetOutOfRangeError({})
        end = min(position + limit, self.stable_end if committed else self.end)
        end = max(end, position)
        found = [
            entry.record
            for entry in self._entries[position:end]
            if entry.record is not None and not (committed and entry.transaction in self._aborted)
        ]
        return found, end

    def compact(self) -> None:
        """Keep the last record of each key among those whose transactions have ended."""
        latest: set[bytes | None] = set()
        for offset in range(self.stable_end - 1, self.start - 1, -1):
            record, transaction = self._entries[offset]
            if record is None:
                continue
            if transaction in self._aborted or record.key in latest:
                self._entries[offset] = HOLE
            latest |= set() if transaction in self._aborted else {record.key}
