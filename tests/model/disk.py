"""Folders of the model's processes: what a process leaves on disk when it dies, others find.

A process that dies leaves what RocksDB has written out by then; what it had in memory is
gone. The next process gets one of the folders that were left, of whatever owner and age,
or a new one.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_OID, uuid5

from rocksdict import DbClosedError

from streams.settings import Settings
from streams.transport import wiring
from streams.transport.state.disk import options, stores
from streams.transport.state.disk.database import Database
from tests.model.network import Process

QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, for speed


class Disks:
    """The folders of one world."""

    def __init__(self) -> None:
        self._base = Path(tempfile.mkdtemp(prefix="consentry-model-", dir=QUICK))
        self._left: list[Path] = []
        self._count = 0
        self._open: dict[str, list[Database]] = {}
        self._folders: dict[str, Path] = {}
        self.resumed = 0

    def folder(self, process: Process, number: int) -> Path:
        """The folder of a new process."""
        place = number % (len(self._left) + 1)
        if place < len(self._left):
            found = self._left.pop(place)
            self.resumed += 1
        else:
            found = self._new()
        self._folders[process.name] = found
        self._open[process.name] = []
        return found

    def _new(self) -> Path:
        self._count += 1
        return self._base / str(self._count)

    def opened(self, database: Database) -> None:
        """A process opened a database."""
        assert Process.current is not None
        self._open[Process.current.name].append(database)

    def leave(self, process: Process) -> None:
        """A process is about to die, or has: keep what is on disk, and nothing else."""
        folder = self._folders.pop(process.name, None)
        if folder is None:
            return
        if folder.exists():
            left = self._new()
            shutil.copytree(folder, left)
            self._left.append(left)
        for database in self._open.pop(process.name):
            shut(database)
        if folder.exists():
            shutil.rmtree(folder)

    def remove(self) -> None:
        """Take everything away."""
        for name in list(self._open):
            for database in self._open[name]:
                shut(database)
        shutil.rmtree(self._base)


def shut(database: Database) -> None:
    """Close it without writing anything out on purpose."""
    with suppress(DbClosedError):
        database._rdict.close()


CURRENT: list[Disks] = []
"""Those of the world that is played."""


class Watched(Database):
    """A database that is known to the disks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        CURRENT[-1].opened(self)


async def topic_id(_settings: Settings, topic: str) -> str:
    """Topics are not recreated in the model, and each cluster has its own."""
    assert Process.current is not None
    return str(uuid5(NAMESPACE_OID, f"{Process.current.broker.cluster}/{topic}"))


@contextmanager
def disks() -> Iterator[None]:
    """Within it worlds keep state on disk, if they are asked to."""
    memory = options.Memory(16 << 20, 2 << 20)
    with (
        patch.object(stores, "Database", Watched),
        patch.object(wiring, "topic_id", topic_id),
        patch.object(options, "Memory", lambda *_: memory),
    ):
        yield
