"""One assignment of partitions to this process, from taking over to giving up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Final

from streams.transport.fetch.poll_batch import InFlightLimit, PollBatch
from streams.transport.tasks.partition_task import PartitionTask

UNJUDGED: Final = 2
"""Polls that are handed on as they come, the one that is being judged among them. With one, a poll that
is lost on its way would stop all others unseen; the next one shows that it does not continue."""


class Assignment:
    """Partition numbers held since one assignment.

    `counter` counts the assignments of this process; the group's generation does not,
    since a static member that joins again keeps it. Nothing is polled or judged unless
    the assignment is open. Where `UNJUDGED` polls wait for judging, only
    full poll batches follow.
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
        self._unjudged = 0
        """Polls that were handed on and not judged."""
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

    def hand_on(self, poll_batches: Sequence[PollBatch]) -> None:
        """What a poll gave is on its way to the agent."""
        for poll_batch in poll_batches:
            self._in_flight.take(poll_batch.partition, poll_batch.size)
        self._unjudged += 1

    def judged(self, poll_batches: Sequence[PollBatch]) -> None:
        """The agent is through with what a poll gave; that of an earlier assignment was not judged."""
        if poll_batches[0].assignment != self.counter:
            return
        if not self._unjudged:
            raise ValueError("a poll was judged twice")
        self._unjudged -= 1
        if self._unjudged == UNJUDGED - 1:
            for number in self.with_room():
                self.on_room(number)

    def give_back(self, poll_batch: PollBatch) -> None:
        """A poll batch is committed; those of an earlier assignment take no room here."""
        if poll_batch.assignment != self.counter:
            return
        had_room = poll_batch.partition in self.with_room()
        self._in_flight.give_back(poll_batch.partition, poll_batch.size)
        if not had_room:
            self.on_room(poll_batch.partition)

    @property
    def behind(self) -> bool:
        """Whether so much waits for judging that more waits for company.

        It grows by what comes in meanwhile, and goes in one piece. In many small ones, handed on as
        they came, it would cost more, and be caught up with late.
        """
        return self._unjudged >= UNJUDGED

    def with_room(self) -> set[int]:
        """Partition numbers that may hand on poll batches."""
        return self._in_flight.with_room()


def _ignore(number: int) -> None:
    """Nobody waits for room."""
