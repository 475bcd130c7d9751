"""Opening the databases of partition numbers, or making them again where they cannot be used."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from rocksdict import Options, Rdict

from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.state.disk.database import DISTRUST, Database, kind_of
from streams.transport.state.disk.layout import FORMAT, STATE, StoreState, decode_state
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.rows import DiskRows, log_rebuilt
from streams.transport.state.row_store import RowStore

LOCKED_FOR_S: Final = 10.0
"""How long an owner that stops may take to let go of a database."""

_NO_PLACE: Final = ("Permission denied", "No space left", "Read-only file system", "os error")


class DiskStores:
    """The databases of one worker: a folder each, by partition number, and shared memory."""

    def __init__(
        self,
        folder: Path,
        memory: Memory,
        changelog: str,
        topic_id: Callable[[], Awaitable[str]],
    ) -> None:
        """`topic_id` asks for the changelog's own id, "" where the broker states none."""
        self._folder = folder
        self._memory = memory
        self._changelog = changelog
        self._topic_id = topic_id

    async def open(self, numbers: Sequence[int], count: int) -> dict[int, RowStore]:
        """The rows of each number, empty where what is there cannot be used.

        Raises ConsentryError when a folder cannot be written. Where another process has
        it open and keeps it, this one ends, to be started again.
        """
        topic_id = await self._topic_id()
        opened: dict[int, RowStore] = {}
        try:
            for number in numbers:
                opened[number] = await self._open(number, count, topic_id)
                await asyncio.sleep(0)  # heartbeats of the group get their turn
        except BaseException:
            for rows in opened.values():
                rows.close()
            raise
        return opened

    async def _open(self, number: int, count: int, topic_id: str) -> DiskRows:
        state = StoreState(
            changelog=self._changelog,
            topic_id=topic_id,
            partition=number,
            count=count,
            position=0,
            seal=b"",
            progress=None,
            as_of=0,
        )
        folder = self._folder / str(number)
        deadline = time.monotonic() + LOCKED_FOR_S
        while True:
            try:
                return open_rows(folder, self._memory, state)
            except LockedError:
                if time.monotonic() > deadline:
                    # It may be one that the group has put out and that does not know yet.
                    process_exit.crash(
                        "another process uses the state on disk: give each worker an "
                        "instance_id or a store_folder of its own, and end a worker that was "
                        "left running",
                        folder=str(folder),
                    )
            await asyncio.sleep(0.1)


class LockedError(Exception):
    """Another owner has the database open."""


class UnusableError(Exception):
    """What is in the folder is no database of this release, or a broken one."""


def open_rows(folder: Path, memory: Memory, fresh: StoreState) -> DiskRows:
    """The rows in a folder, none where they do not belong to `fresh`, which says what is wanted.

    Raises LockedError, and ConsentryError when the folder cannot be written.
    """

    def empty() -> Database:
        return _attempt(lambda: _emptied(folder, memory), folder, empties=True)

    _make(folder)
    reason: str | None = None
    if (folder / DISTRUST).exists():
        reason = "a worker could not read it"
    elif (folder / "CURRENT").exists():
        try:
            database = _attempt(lambda: Database(folder, memory), folder)
        except UnusableError as error:
            reason = f"RocksDB cannot open it: {error}"
        else:
            stored = database.get(STATE)
            state = None if stored is None else decode_state(stored)
            if state is not None:
                reason = _foreign(state, fresh)
                if reason is None:
                    return DiskRows(database, state, empty)
            else:
                reason = _other_format(stored)
            database.discard()
    if reason is not None:
        log_rebuilt(fresh.partition, reason)
    return DiskRows(empty(), fresh, empty)


def _attempt(opening: Callable[[], Database], folder: Path, *, empties: bool = False) -> Database:
    try:
        return opening()
    except ConsentryError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises no other type
        text, kind = str(error), kind_of(error)
        if "LOCK" in text:
            raise LockedError from None
        if empties or any(words in text for words in _NO_PLACE):
            raise _unwritable(folder, kind) from None
        raise UnusableError(kind) from None


def _foreign(state: StoreState, wanted: StoreState) -> str | None:
    if state.changelog != wanted.changelog:
        return f"it was made from another changelog, {state.changelog}"
    if state.partition != wanted.partition:
        return f"it was made for partition {state.partition}"
    if state.count != wanted.count:
        return f"it was made for {state.count} partitions"
    if state.topic_id != wanted.topic_id:
        return "the changelog was recreated since"
    return None


def _other_format(stored: bytes | None) -> str:
    if stored is None:
        return "it holds nothing"
    if stored[:1] != FORMAT:
        return "another release wrote it, in a format that this one does not know"
    return "its state cannot be read"


def _make(folder: Path) -> None:
    """Pseudonyms are personal data: nobody else reads them."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror or "it cannot be made") from None


def _emptied(folder: Path, memory: Memory) -> Database:
    """An empty database; RocksDB removes the old one only if it gets its lock."""
    Rdict.destroy(str(folder), Options(raw_mode=True))
    if folder.exists():
        shutil.rmtree(folder)
    _make(folder)
    return Database(folder, memory, loading=True)


def _unwritable(folder: Path, why: str) -> ConsentryError:
    return ConsentryError(
        f"the state cannot be kept in {folder}: {why}",
        "Name a folder in store_folder that the worker may write to and that has room.",
    )
