"""Polling for one assignment: from what the consumer fetched to poll batches in order of time.

Polls fill the queues of the partition groups whether or not a partition number has room for
another poll batch: what is not taken makes aiokafka stop fetching from that broker for a
while, awaited topics included. Only topics whose buffer is full are left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Protocol

import structlog
from faust.types import TP, ConsumerMessage

from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import Poll, PollBatch, Polled
from streams.transport.fetch.record_queue import Room
from streams.transport.tasks.assignment import Assignment

log = structlog.get_logger("consentry.worker")

POLL_S: Final = 0.5
WAITING_POLL_S: Final = 0.02
"""While records wait for a topic: an answer that it has none ends no poll, and waiting is bounded."""


class Poller(Protocol):
    """The consumer's thread, as far as it is asked here."""

    async def poll(self, room: Mapping[TP, Room], timeout: float) -> list[Polled]:
        """What the next poll of the places with room brings."""

    def cut_short(self) -> None:
        """End a poll that waits."""

    async def hold(self, places: Collection[TP]) -> None:
        """Fetch these places no further under this assignment."""


class Polling:
    """Polls, aligns and hands on what has room, under one assignment."""

    def __init__(
        self,
        assignment: Assignment,
        poller: Poller,
        topics: tuple[str, ...],
        bounds: AlignmentBounds,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._assignment = assignment
        self._poller = poller
        self._partition_groups = {
            number: PartitionGroup(number, assignment.counter, topics, bounds)
            for number in assignment.numbers
        }
        self._places = {
            number: {topic: TP(topic, number) for topic in topics} for number in assignment.numbers
        }
        self._rooms: dict[int, dict[TP, Room]] = {}
        self._room: dict[TP, Room] = {}
        self._changed = set(assignment.numbers)
        """Those whose room has to be asked for again; that of the others stands."""
        self._holding: set[int] = set()
        """Those that hold something back, or did when last looked at; the others release nothing."""
        assignment.on_room = self._room_came

    async def poll_batches(self) -> list[PollBatch]:
        """What can be judged after one more poll, at most one poll batch per partition number.

        A poll waits only while nothing can be handed on. Raises Discontinuity when what
        it brings does not continue, and what the client raises.
        """
        await self._hold_paused()
        for part in await self._poller.poll(self._room_now(), self._patience()):
            self._partition_groups[part.partition].add(part)
            self._changed.add(part.partition)
            self._holding.add(part.partition)
        return [
            poll_batch
            for number in self._able()
            if (poll_batch := self._release(number, self._partition_groups[number])) is not None
        ]

    def _room_now(self) -> Mapping[TP, Room]:
        """The places to poll, each with its room."""
        if self._changed:
            for number in self._changed:
                places = self._places[number]
                room = self._partition_groups[number].room()
                self._rooms[number] = {places[topic]: free for topic, free in room.items()}
            self._changed.clear()
            self._room = {
                place: free for one in self._rooms.values() for place, free in one.items()
            }
        return self._room

    async def _hold_paused(self) -> None:
        """Fetch no further what judging has paused."""
        new = [
            self._places[number][topic]
            for number, partition_group in self._partition_groups.items()
            if (paused := self._assignment.paused(number))
            for topic in partition_group.pause(paused)
        ]
        if new:
            self._changed.update(place.partition for place in new)
            await self._poller.hold(new)

    def _able(self) -> set[int]:
        """Those that may hand something on: any with room, or only full ones where judging is behind.

        What stays here beyond that would keep the others from being fetched.
        """
        able = self._holding & self._assignment.with_room()
        if self._assignment.behind:
            return {number for number in able if self._partition_groups[number].full}
        return able

    def _patience(self) -> float:
        able = [self._partition_groups[number] for number in self._able()]
        if any(partition_group.ready for partition_group in able):
            return 0.0
        return WAITING_POLL_S if any(one.waiting for one in able) else POLL_S

    def _release(self, number: int, partition_group: PartitionGroup) -> PollBatch | None:
        empty = partition_group.empty
        for topic in partition_group.overdue(self._clock()):
            log.warning("alignment.left_out", topic=topic, partition=number)
        released = partition_group.release()
        if released is not None:
            self._changed.add(number)
        elif empty:
            self._holding.discard(number)
        return released

    def _room_came(self, number: int) -> None:
        if number in self._able() and self._partition_groups[number].ready:
            self._poller.cut_short()


def as_message(poll_batches: Sequence[PollBatch], generation_id: int) -> tuple[TP, ConsumerMessage]:
    """The Faust message that carries what a poll gave, at least one poll batch.

    It lies where the first part of the first poll batch starts.
    """
    first = poll_batches[0]
    topic, span = next(iter(first.spans.items()))
    place = TP(topic, first.partition)
    now = time.time()
    message = ConsumerMessage(
        topic,
        first.partition,
        span.start,
        now,
        0,
        None,
        b"",
        Poll(poll_batches),  # type: ignore[arg-type]  # Faust hands raw values on as they are
        None,
        0,
        0,
        place,
        generation_id=generation_id,
    )
    return place, message
