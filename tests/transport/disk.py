"""Stores on disk, for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.transport.state.changelog_restore import Restored
from streams.transport.state.disk.layout import StoreState
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.rows import DiskRows
from streams.transport.state.disk.stores import open_rows
from streams.wire.progress import PROGRESS_KEY
from tests.transport.records import One
from tests.transport.stored_rows import ANN, A, B, key

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


LOG = [
    One("log", 0, 0, 0, key(ANN, "1"), A),
    One("log", 0, 1, 0, PROGRESS_KEY, b"p1"),
    One("log", 0, 3, 0, key(ANN, "2"), B),
    One("log", 0, 4, 0, PROGRESS_KEY, b"p2"),
]
"""Two transactions; their markers took offsets 2 and 5."""


def opened(folder: Path, number: int = 0, wanted: StoreState = WANTED) -> DiskRows:
    """The rows that a folder holds."""
    return open_rows(folder / str(number), MEMORY, wanted)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Holds what the first transaction wrote."""
    rows = opened(tmp_path)
    Restored(rows).apply(LOG[:2])
    rows.close()
    return tmp_path
