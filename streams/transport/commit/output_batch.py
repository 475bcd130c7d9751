"""What judging says to write, in batches that a transaction takes as a whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

RECORD_OVERHEAD = 64
"""Bytes that a record takes beside key, value and headers, rounded up."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to write. `partition` is given, never derived by the producer."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()

    @property
    def size(self) -> int:
        """About how many bytes it takes on the wire."""
        size = RECORD_OVERHEAD + len(self.key or b"") + len(self.value or b"")
        for name, value in self.headers:
            size += len(name) + len(value or b"")
        return size


class Bounds(NamedTuple):
    """How large a transaction may grow; a single batch is never divided."""

    records: int
    bytes: int
    seconds: float


class OutputBatch:
    """What judging one poll batch, or a part of one, gives to write.

    `positions` are the next offsets of the topics that it read, `progress` the row that
    holds after it. `done` is called once when it is committed. `final` is the last batch
    of its poll batch. `puts` is how often anything had been put into the store by its end.
    `patient` is what was found again of stored facts, and of nothing new, while records come: it may
    wait for what is found of these.
    """

    __slots__ = ("bytes", "done", "final", "outputs", "patient", "positions", "progress", "puts")

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.bytes = 0
        self.positions: dict[str, int] = {}
        self.progress = b""
        self.done: Callable[[], object] | None = None
        self.final = False
        self.patient = False
        self.puts = 0

    def add(self, output: Output) -> None:
        """One more record."""
        self.outputs.append(output)
        if output.headers:
            self.bytes += output.size
        else:
            self.bytes += RECORD_OVERHEAD + len(output.key or b"") + len(output.value or b"")

    def replace(self, place: int, output: Output) -> None:
        """A record in the place of one of the same key."""
        self.bytes += output.size - self.outputs[place].size
        self.outputs[place] = output

    def exceeds(self, bounds: Bounds) -> bool:
        """Whether it is as large as a transaction may be."""
        return len(self.outputs) >= bounds.records or self.bytes >= bounds.bytes


def gather(queue: deque[OutputBatch], bounds: Bounds) -> list[OutputBatch]:
    """Take from the front of the queue what fits into one transaction, at least one batch."""
    taken = [queue.popleft()]
    records, size = len(taken[0].outputs), taken[0].bytes
    while queue:
        following = queue[0]
        records += len(following.outputs)
        size += following.bytes
        if records > bounds.records or size > bounds.bytes:
            break
        taken.append(queue.popleft())
    return taken
