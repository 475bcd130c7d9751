"""Every test of the agents runs with each store."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from streams.transport.state.row_store import RowStore
from tests.agents.world import SHELF, Shelf
from tests.transport.disk import opened


class DiskShelf(Shelf):
    """A folder of databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[RowStore] = []

    def open(self, number: int) -> RowStore:
        self._open.append(opened(self._folder, number))
        return self._open[-1]


@pytest.fixture(autouse=True, params=["memory", "rocksdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name: str = request.param
    numbers = count()
    if name == "memory":
        yield name
        return
    token = SHELF.set(lambda: DiskShelf(tmp_path / str(next(numbers))))
    yield name
    SHELF.reset(token)
