"""One assignment of partitions to this process, from taking over to giving up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from streams.transport.fetch.poll_batch import InFlightLimit, PollBatch
from streams.transport.tasks.partition_task import PartitionTask


class Assignment:
    """Partition numbers held since one assignment.

    `counter` counts the assignments of this process; the group's generation does not,
    since a static member that joins again keeps it. Nothing is polled or judged unless
    the assignment is open.
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
        self._in_flight = InFlightLimit(numbers, open_slices, open_bytes)
        self.on_room: Callable[[int], object] = _ignore
        """Called with a partition number that had no room for a poll batch and has some again."""

    def take(self, partitions: dict[int, PartitionTask]) -> None:
        """The partitions are restored and fenced."""
        self.partitions = partitions
        self.taken = True

    @property
    def positions(self) -> dict[tuple[str, int], int]:
        """Where judging has come to, by topic and partition number."""
        return {
            (topic, number): position
            for number, partition in self.partitions.items()
            for topic, position in partition.progress.positions.items()
        }

    def begin(self) -> None:
        """Positions are set: polling may begin."""
        self.open = True
        self.opened.set()

    def end(self) -> None:
        """Nothing more is polled or judged under this assignment."""
        self.open = False

    def partition_of(self, poll_batch: PollBatch) -> PartitionTask | None:
        """The partition to judge a poll batch in, or None for a poll batch that is out of date."""
        if not self.open or poll_batch.assignment != self.counter:
            return None
        return self.partitions[poll_batch.partition]

    def paused(self, number: int) -> Collection[str]:
        """The topics of a partition number that are read no further."""
        partition = self.partitions.get(number)
        return () if partition is None else partition.progress.paused

    def hand_on(self, poll_batch: PollBatch) -> None:
        """A poll batch is on its way to the agent."""
        self._in_flight.take(poll_batch.partition, poll_batch.size)

    def give_back(self, poll_batch: PollBatch) -> None:
        """A poll batch is committed; those of an earlier assignment take no room here."""
        if poll_batch.assignment != self.counter:
            return
        had_room = poll_batch.partition in self.with_room()
        self._in_flight.give_back(poll_batch.partition, poll_batch.size)
        if not had_room:
            self.on_room(poll_batch.partition)

    def with_room(self) -> set[int]:
        """Partition numbers that may hand on poll batches."""
        return self._in_flight.with_room()


def _ignore(number: int) -> None:
    """Nobody waits for room."""
