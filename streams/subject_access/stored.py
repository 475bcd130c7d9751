"""The rows of one person, as a worker stored them: read from the changelog, nothing is written.

All that follows from a record is one transaction, so committed rows up to the end of the log
are one moment of the worker. The one exception is a record that is judged in pieces, which
the progress row names.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.core.instants import Instant
from streams.core.restriction import restricted_since
from streams.core.state import EventRow, RefusalRow
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.bus import LiveBus
from streams.verify.in_work import in_work
from streams.verify.pace import Advance, Pace
from streams.verify.topics import count_partitions
from streams.wire.arrival import partition_for
from streams.wire.progress import PROGRESS_KEY, CorruptProgress, Progress, decode_progress
from streams.wire.record import Record
from streams.wire.rows import (
    CorruptRow,
    decode_refusal,
    decode_row,
    is_refusal,
    subject_prefix,
)


class StoredPerson(NamedTuple):
    """What is stored of a person.

    `clock` is the instant up to which time has passed, None where no tick was judged yet;
    `in_work` says that a record of this person is being judged in pieces, or that the person is
    leaving in pieces. `refused` are the records that were refused under an event of this person;
    what they held is unknown.
    """

    controller_id: ControllerId
    subject_id: SubjectId
    rows: tuple[EventRow, ...]
    refused: tuple[RefusalRow, ...]
    clock: Instant | None
    in_work: bool

    @property
    def restricted_since(self) -> Instant | None:
        """Since when processing is restricted, so that people are not shown the rest; or None."""
        return restricted_since((*self.rows, *self.refused))


def read_person(
    settings: Settings, controller: ControllerId, subject: SubjectId, advance: Advance | None = None
) -> StoredPerson:
    """Read a person's rows; none where nothing is stored.

    Raises ConsentryError where there is no state, it is another installation's, a row cannot be
    read, or the broker refuses.
    """
    return asyncio.run(_read(settings, controller, subject, Pace(advance)))


async def _read(
    settings: Settings, controller: ControllerId, subject: SubjectId, pace: Pace
) -> StoredPerson:
    key = subject_key(controller, subject)
    prefix = subject_prefix(key)
    number = partition_for(key, await asyncio.to_thread(count_partitions, settings))
    topic = settings.topics.changelog
    found: dict[bytes, Record] = {}
    latest: Record | None = None
    async with LiveBus(settings, pace) as bus:
        async for records in changelog(bus, topic, number, pace):
            for record in records:
                if record.key == PROGRESS_KEY:
                    latest = record
                elif record.key is not None and record.key.startswith(prefix):
                    found[record.key] = record
    progress = progress_of(latest, settings, number)
    kept = [row_of(one) for one in found.values() if one.value is not None]
    return StoredPerson(
        controller,
        subject,
        tuple(one for one in kept if isinstance(one, EventRow)),
        tuple(one for one in kept if isinstance(one, RefusalRow)),
        progress.partition_time,
        in_work(progress, key),
    )


def row_of(record: Record) -> EventRow | RefusalRow:
    """The row that a record of the changelog holds. Raises ConsentryError."""
    value, key = record.value or b"", record.key or b""
    try:
        return decode_refusal(value, key) if is_refusal(key) else decode_row(value, key)
    except CorruptRow:
        raise unreadable_row(record.topic, record.partition, record.offset) from None


async def changelog(
    bus: LiveBus, topic: str, number: int, pace: Pace
) -> AsyncIterator[Sequence[Record]]:
    """All committed records of one partition of the changelog, to its end now.

    Where compaction has taken the progress row, what replaced it stands after that end: read on.
    """
    start = await bus.start(topic, number)
    placed = False
    while not placed:
        end = await bus.settled(topic, number)
        pace.expect(max(0, end - start))
        async for records in bus.read(topic, number, start, end):
            placed = placed or any(record.key == PROGRESS_KEY for record in records)
            yield records
        if start == end:
            return  # nothing came since: there is no state
        start = end


def progress_of(latest: Record | None, settings: Settings, number: int) -> Progress:
    """The progress of a partition number. Raises ConsentryError where it is not ours, or none."""
    topic = settings.topics.changelog
    if latest is None or latest.value is None:
        raise ConsentryError(
            f"{topic}, partition {number}: no state is stored yet",
            "Start a worker first; `consentry topics check` looks at the topics.",
        )
    try:
        progress = decode_progress(latest.value)
    except CorruptProgress as error:
        raise ConsentryError(
            f"{topic}, partition {number}, offset {latest.offset}: {error}",
            "A newer release may have written it: use that release.",
        ) from None
    require_own_state(progress, owner_of(settings), topic, number)
    return progress
