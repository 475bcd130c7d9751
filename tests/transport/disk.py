"""Stores on disk, for tests."""

from __future__ import annotations

from pathlib import Path

from streams.transport.state.disk.layout import StoreState
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.rows import DiskRows
from streams.transport.state.disk.stores import open_rows

MEMORY = Memory(16 << 20, 4 << 20)

WANTED = StoreState(
    changelog="log",
    topic_id="11111111-1111-1111-1111-111111111111",
    partition=0,
    count=1,
    position=0,
    seal=b"",
    progress=None,
    as_of=0,
)


def opened(folder: Path, number: int = 0, wanted: StoreState = WANTED) -> DiskRows:
    """The rows that a folder holds."""
    return open_rows(folder / str(number), MEMORY, wanted)
