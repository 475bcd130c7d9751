"""A RocksDB database as far as the table asks it, with errors that are never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from rocksdict import Rdict, ReadOptions, WriteBatch, WriteOptions

from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.state.disk.options import Memory

DISTRUST: Final = "DISTRUSTED"
"""A file of this name says that the database must be made again."""


class Database:
    """One database, open. Whatever it cannot read or write ends the process.

    Nothing is logged ahead (no WAL): the changelog is the log. After a crash the database
    is as it was at some earlier write, whole, and the rest is restored.
    """

    def __init__(self, folder: Path, memory: Memory, *, loading: bool = False) -> None:
        """Open it, or make it. Raises what RocksDB raises.

        While `loading`, files are not merged: that waits until `merge`.
        """
        self.folder = folder
        self._closed = False
        self._loading = loading
        options = memory.options(loading=loading)
        # Named for the one column family too: else what is stored in a folder that exists
        # wins over them, with a cache of 8 MiB that no index fits into.
        self._rdict = Rdict(str(folder), options, {"default": options})
        unlogged = WriteOptions()
        unlogged.disable_wal = True  # type: ignore[assignment,method-assign]  # it is no method
        self._unlogged = unlogged
        self._in_prefix = ReadOptions()
        self._in_prefix.set_prefix_same_as_start(True)
        self._in_order = ReadOptions()
        self._in_order.set_total_order_seek(True)

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""
        try:
            found: bytes | None = self._rdict.get(key)
        except Exception as error:  # noqa: BLE001 - the library raises no other type
            self._unreadable(error)
        return found

    def scan(self, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys from start (inclusive) to end (exclusive) with their values, in order."""
        return self._scan(self._rdict.iter(self._in_order), start, end)

    def beginning_with(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All keys that begin so, of `PREFIX_BYTES` or more; filters spare what is not there."""
        return self._scan(self._rdict.iter(self._in_prefix), prefix, prefix + b"\xff")

    def _scan(self, cursor: Any, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        try:
            cursor.seek(start)
            while cursor.valid():
                key = cursor.key()
                if key >= end:
                    return
                yield key, cursor.value()
                cursor.next()
            # A cursor that meets a broken block looks as if it were at the end.
            cursor.status()
        except Exception as error:  # noqa: BLE001 - the library raises no other type
            self._unreadable(error)

    @staticmethod
    def new_batch() -> WriteBatch:
        """What is to be written as one: `put` and `delete` add to it, in this order."""
        return WriteBatch(raw_mode=True)

    def write(self, batch: WriteBatch) -> None:
        """Write all of it or nothing."""
        try:
            self._rdict.write(batch, self._unlogged)
        except Exception as error:  # noqa: BLE001 - the library raises no other type
            self._unwritable(error)

    def estimated_keys(self) -> int:
        """About how many keys there are."""
        return self._rdict.property_int_value("rocksdb.estimate-num-keys") or 0

    @property
    def cache_bytes(self) -> int:
        """The bound on the cache that it really uses."""
        return self._rdict.property_int_value("rocksdb.block-cache-capacity") or 0

    def merge(self) -> None:
        """What was loaded may be merged in the background from now on."""
        if self._loading:
            self._loading = False
            self._rdict.set_options({"disable_auto_compactions": "false"})

    def close(self) -> None:
        """Write what is in memory to disk and let others open it."""
        if self._closed:
            return
        self._closed = True
        try:
            self._rdict.flush()
            self._rdict.close()
        except Exception as error:  # noqa: BLE001 - the library raises no other type
            self._unwritable(error)

    def discard(self) -> None:
        """Let go of it, whatever becomes of what is in it."""
        self._closed = True
        try:
            self._rdict.close()
        except Exception as error:  # noqa: BLE001 - the library raises no other type
            self._unreadable(error)

    def _unreadable(self, error: Exception) -> NoReturn:
        """The next start makes it again; the process must not go on without what is in it."""
        (self.folder / DISTRUST).touch()
        process_exit.crash(
            "the state on disk cannot be read; the next start restores it from the changelog",
            folder=str(self.folder),
            error=kind_of(error),
        )

    def _unwritable(self, error: Exception) -> NoReturn:
        if is_corruption(error):
            self._unreadable(error)
        process_exit.stop_for(
            ConsentryError(
                f"the state cannot be written to {self.folder}: {kind_of(error)}",
                "Look for room and permission on that disk, then start the worker again; "
                "nothing is lost.",
            )
        )


def kind_of(error: Exception) -> str:
    """The kind of a RocksDB error, which stands before the first colon, without its details."""
    return str(error).partition(" in /")[0].partition(": /")[0][:120]


def is_corruption(error: Exception) -> bool:
    """Whether the contents of files are not what they should be."""
    return str(error).startswith("Corruption")
