"""`consentry dead-letters purge`: deleting what was set aside, up to an offset or an instant.

Kafka can delete the records of such a topic only from the start of a partition up to an
offset. So what is older goes as well, and nothing in between can stay: the plan counts all of
it before anybody is asked.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.operate.dead_letters.kept import OF_INPUTS, KeptIn, KeptRecord
from streams.operate.dead_letters.reading import read_record, shelves, topic_of
from streams.operate.record_place import RecordPlace
from streams.settings import Settings
from streams.topics import admin_session
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace

NAMED_AT_MOST = 100
"""Places on the inputs that are named; all are counted."""


class PartitionPurge(msgspec.Struct, frozen=True, kw_only=True):
    """What goes of one partition: all records with start <= offset < before.

    `records` are those that can be read; `oldest` and `newest` when they were set aside.
    `left` are records that stay.
    """

    partition: int
    start: int
    before: int
    records: int
    left: int
    oldest: Instant | None
    newest: Instant | None


class PurgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a purge deletes. `reasons` counts codes.

    `originals` are the first places on input topics where the same records still stand,
    and `originals_count` how many of them were read from there at all.
    """

    topic: str
    partitions: tuple[PartitionPurge, ...]
    reasons: dict[str, int]
    originals: tuple[RecordPlace, ...] = ()
    originals_count: int = 0

    @property
    def records(self) -> int:
        """How many records go."""
        return sum(one.records for one in self.partitions)


class Bound(NamedTuple):
    """Up to where: an instant (exclusive), or one record (inclusive, in its partition)."""

    before: Instant | None = None
    place: RecordPlace | None = None


def kept_in_of(settings: Settings, place: RecordPlace) -> KeptIn:
    """Which of the topics a place is on. Raises ConsentryError for another topic."""
    for one in sorted(OF_INPUTS):
        if topic_of(settings, one) == place.topic:
            return one
    raise ConsentryError(
        f"{place.topic} keeps nothing that was set aside",
        f"Those that do are {', '.join(topic_of(settings, one) for one in sorted(OF_INPUTS))}.",
    )


def plan_purge(settings: Settings, kept_in: KeptIn, bound: Bound) -> PurgePlan:
    """What would be deleted. Raises ConsentryError where the place is not there."""
    return asyncio.run(_plan(settings, kept_in, bound))


async def _plan(settings: Settings, kept_in: KeptIn, bound: Bound) -> PurgePlan:
    count = (await asyncio.to_thread(shelves, settings, (kept_in,))).partitions[kept_in]
    topic = topic_of(settings, kept_in)
    counting = PurgeCount()
    async with LiveBus(settings, Pace(None)) as bus:
        numbers = range(count) if bound.place is None else (bound.place.partition,)
        for number in numbers:
            if number >= count:
                raise ConsentryError(
                    f"{topic} has no partition {number}", f"It has 0 to {count - 1}."
                )
            start, end = await bus.start(topic, number), await bus.end(topic, number)
            if bound.place is not None and not start <= bound.place.offset < end:
                raise ConsentryError(
                    f"{bound.place}: there is no such record, the log reaches from {start} to {end}",
                    "It may be deleted already: `consentry dead-letters list`.",
                )
            counting.begin(number, start, end)
            async for records in bus.read(topic, number, start, end):
                for record in records:
                    counting.take(read_record(record, kept_in), bound)
            counting.finish()
    return PurgePlan(
        topic=topic,
        partitions=tuple(counting.partitions),
        reasons=dict(sorted(counting.reasons.items())),
        originals=tuple(counting.originals),
        originals_count=counting.originals_count,
    )


class PurgeCount:
    """Counts what goes, partition by partition, in the order of the offsets."""

    def __init__(self) -> None:
        self.partitions: list[PartitionPurge] = []
        self.reasons: Counter[str] = Counter()
        self.originals: list[RecordPlace] = []
        self.originals_count = 0
        self._here = (0, 0, 0)
        self._records = self._left = 0
        self._ages: list[Instant] = []
        self._before = 0

    def begin(self, number: int, start: int, end: int) -> None:
        """Another partition begins, whose log reaches from `start` to `end`."""
        self._here = number, start, end
        self._records = self._left = 0
        self._ages = []
        self._before = start

    def take(self, one: KeptRecord, bound: Bound) -> None:
        """Count a record: it goes as long as it lies before the bound.

        Behind the first one that stays all stay, whatever they say of their age.
        """
        if self._left or not _before(one, bound):
            self._left += 1
            return
        self._records += 1
        self._before = one.place.offset + 1
        self._ages = [min(self._ages[:1] or [one.kept_at]), one.kept_at]
        self.reasons[one.code] += 1
        if one.origin is not None:
            self.originals_count += 1
            if len(self.originals) < NAMED_AT_MOST:
                self.originals.append(one.origin)

    def finish(self) -> None:
        """The partition is through."""
        if not self._records:
            return
        number, start, _ = self._here
        self.partitions.append(
            PartitionPurge(
                partition=number,
                start=start,
                before=self._before,
                records=self._records,
                left=self._left,
                oldest=self._ages[0],
                newest=self._ages[-1],
            )
        )


def _before(one: KeptRecord, bound: Bound) -> bool:
    if bound.place is not None:
        return one.place.offset <= bound.place.offset
    return bound.before is None or one.kept_at < bound.before


def purge(settings: Settings, plan: PurgePlan) -> Mapping[int, int]:
    """Delete what the plan says. Returns where each partition begins now.

    Raises ConsentryError where the broker refuses.
    """
    from kafka import TopicPartition

    wanted = {TopicPartition(plan.topic, one.partition): one.before for one in plan.partitions}
    if not wanted:
        return {}
    with admin_session(settings.connection) as client:
        client.delete_records(wanted)
    return {one.partition: one.before for one in plan.partitions}
