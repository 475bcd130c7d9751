"""Setting one record aside that stops a worker, by an operator's order (docs/adr/0043).

The order is written where the worker looks first: into the progress row of the partition
number, in a transaction under the worker's own transactional id. So it is there or not, a
worker that still runs is fenced, and the next one sets the record aside in its own
transaction, as it would any other that cannot be judged.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final, NamedTuple

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.operate.owning import change_progress, stored_progress
from streams.operate.record_place import RecordPlace
from streams.settings import Settings
from streams.transport.tasks.log_watch import recreated
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions, topic_ids
from streams.wire.progress import Progress, Skip

AT_MOST: Final = 1_000
"""Records of one partition number that can be set aside; they stay with its state."""

WHY_AT_MOST: Final = 500
"""Characters of a reason."""


class Ordered(NamedTuple):
    """What is to be set aside, and whether that had been ordered before."""

    skip: Skip
    before: bool


def skip(settings: Settings, place: RecordPlace, why: str, by: str) -> Ordered:
    """Have a record set aside by the next worker that comes to it.

    Raises ConsentryError where the record cannot be set aside: it is passed already, it
    does not exist, or there is no state that belongs to the committed offsets.
    """
    _require_topic(settings, place, count_partitions(settings))
    order = Skip(
        topic=place.topic,
        offset=place.offset,
        why=_plain(why, "--why"),
        by=_plain(by, "--by"),
        at=Instant(int(time.time() * 1000)),
    )
    return asyncio.run(_skip(settings, place, order))


def _plain(text: str, option: str) -> str:
    plain = " ".join(text.split())
    if not 0 < len(plain) <= WHY_AT_MOST or not plain.isprintable():
        raise ConsentryError(
            f"{option} must be 1 to {WHY_AT_MOST} printable characters",
            "It stands in the dead letter, for those who look into it later. Name no person.",
        )
    return plain


def _require_topic(settings: Settings, place: RecordPlace, count: int) -> None:
    names = settings.topics
    # A tick that is set aside moves no time: that of a wrong clock must not.
    able = names.judged
    if place.topic not in able:
        raise ConsentryError(
            f"{place.topic} is no topic that is judged", f"Judged are {', '.join(able)}."
        )
    if not 0 <= place.partition < count:
        raise ConsentryError(
            f"{place.topic} has no partition {place.partition}",
            f"The topics have the partitions 0 to {count - 1}.",
        )


async def _skip(settings: Settings, place: RecordPlace, order: Skip) -> Ordered:
    async with LiveBus(settings, Pace(None)) as bus:
        # Before anybody is fenced for nothing.
        committed = await bus.committed((place.topic,), place.partition)
        _require_ahead(place, committed.get(place.topic))
        await _require_there(bus, place)
        await _require_own(settings, place)
        return await change_progress(
            settings, bus, place.partition, lambda progress: _change(progress, place, order)
        )


def _change(progress: Progress, place: RecordPlace, order: Skip) -> tuple[bool, Ordered]:
    """Write the order into the progress row, where the record can be set aside."""
    for known in progress.skips:
        if (known.topic, known.offset) == (place.topic, place.offset):
            return False, Ordered(known, before=True)
    _require_ahead(place, progress.positions.get(place.topic))
    _require_not_begun(place, progress)
    if len(progress.skips) >= AT_MOST:
        raise ConsentryError(
            f"{AT_MOST} records of partition {place.partition} are set aside already",
            "So many have one cause: install a release without the fault, and the worker goes on "
            "where it is. `consentry dead-letters replay --reason OPERATOR_SKIPPED` then sends "
            "again what was set aside.",
        )
    progress.skips = (*progress.skips, order)
    return True, Ordered(order, before=False)


async def _require_own(settings: Settings, place: RecordPlace) -> None:
    """Look whose state it is, and of which topics, before anybody is fenced."""
    progress = await stored_progress(settings, place.partition)
    changelog = settings.topics.changelog
    require_own_state(progress, owner_of(settings), changelog, place.partition)
    ids = await asyncio.to_thread(topic_ids, settings)
    before, now = progress.topic_ids.get(place.topic), ids.get(place.topic)
    if before and now and before != now:
        raise recreated(place.topic, before, now)


def _require_not_begun(place: RecordPlace, progress: Progress) -> None:
    """A record with many consequences is judged in pieces; its fact is stored with the first."""
    begun = progress.unfinished
    if begun is not None and (begun.topic, begun.offset) == (place.topic, place.offset):
        raise ConsentryError(
            f"{place}: the record is among the facts already, and some of what follows from it "
            "is published, so it cannot be set aside",
            "Install a release without the fault; the worker goes on where it was.",
        )


def _require_ahead(place: RecordPlace, position: int | None) -> None:
    if position is not None and place.offset < position:
        raise ConsentryError(
            f"{place}: the record was judged already, judging is at {position}",
            "Only a record that stops a worker can be set aside; its last words name it.",
        )


async def _require_there(bus: LiveBus, place: RecordPlace) -> None:
    start = await bus.start(place.topic, place.partition)
    end = await bus.settled(place.topic, place.partition)
    if not start <= place.offset < end:
        raise ConsentryError(
            f"{place}: there is no such record, the log reaches from {start} to {end}",
            "Take topic, partition and offset from the worker's last words. Where the topic was "
            "recreated, docs/operations.md says what to do.",
        )
    async for records in bus.read(place.topic, place.partition, place.offset, place.offset + 1):
        if any(record.offset == place.offset for record in records):
            return
    raise ConsentryError(
        f"{place}: there is no record, only a place in the log (a transaction's mark, or a "
        "record that was taken back)",
        "Take topic, partition and offset from the worker's last words.",
    )
