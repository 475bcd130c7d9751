"""Where the rows of partition numbers are kept while this worker owns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore


class Stores(Protocol):
    """Gives each partition number a store when it is taken over."""

    async def open(self, numbers: Sequence[int], count: int) -> dict[int, RowStore]:
        """A store for each number of so many. Raises ConsentryError."""


class MemoryStores:
    """Everything in memory, and restored from the changelog at every taking over."""

    async def open(self, numbers: Sequence[int], count: int) -> dict[int, RowStore]:
        """An empty store for each number."""
        del count
        return {number: MemoryRows() for number in numbers}
