"""One assignment of partitions to this process, from taking over to giving up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from streams.transport.fetch.poll_batch import InFlightLimit, PollBatch
from streams.transport.tasks.partition_task import PartitionTask


class Assignment:
    """Partition numbers held since one assignment.

    `counter` counts the assignments of this process; the group's generation does not,
    since a static member that joins again keeps it. Nothing is polled or judged unless
    the holding is open.
    """

    def __init__(
        self,
        counter: int,
        numbers: frozenset[int],
        open_slices: int,
        open_bytes: int | None = None,
    ) -> None:
        self.counter = counter
        self.numbers = numbers
        self.partitions: dict[int, PartitionTask] = {}
        self.taken = False
        self.open = False
        self.opened = asyncio.Event()
        self._credits = InFlightLimit(numbers, open_slices, open_bytes)
        self.on_room: Callable[[int], object] = _ignore
        """Told of a partition number that had no room for a slice and has some again."""

    def take(self, partitions: dict[int, PartitionTask]) -> None:
        """The partitions are restored and fenced."""
        self.partitions = partitions
        self.taken = True

    def begin(self) -> None:
        """Positions are set: polling may begin."""
        self.open = True
        self.opened.set()

    def end(self) -> None:
        """Nothing more is polled or judged under this assignment."""
        self.open = False

    def partition_of(self, piece: PollBatch) -> PartitionTask | None:
        """The partition to judge a slice in, or None for a slice that is out of date."""
        if not self.open or piece.assignment != self.counter:
            return None
        return self.partitions[piece.partition]

    def hand_on(self, piece: PollBatch) -> None:
        """A slice is on its way to the agent."""
        self._credits.take(piece.partition, piece.size)

    def give_back(self, piece: PollBatch) -> None:
        """A slice is committed; those of an earlier assignment hold no credit here."""
        if piece.assignment != self.counter:
            return
        had_room = piece.partition in self.with_room()
        self._credits.give_back(piece.partition, piece.size)
        if not had_room:
            self.on_room(piece.partition)

    def with_room(self) -> set[int]:
        """Partition numbers that may hand on slices."""
        return self._credits.with_room()


def _ignore(number: int) -> None:
    """Nobody waits for room."""
