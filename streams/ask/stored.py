"""The stored rows of the persons that are asked about, read from the changelog onto disk."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.state import EventRow, RefusalRow
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.subject_access.stored import changelog, progress_of
from streams.transport.state.changelog_restore import unreadable_row
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.spill import Spill
from streams.verify.topics import count_partitions
from streams.wire.arrival import partition_for
from streams.wire.progress import PROGRESS_KEY, Progress
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, decode_any, subject_of


class StateTime(NamedTuple):
    """How far the state goes.

    `as_of` lies at or after every fact that is stored; `passed` is the instant up to which
    time has passed on all partitions, None where it has on none. `empty` counts partitions
    of which nothing is stored.
    """

    as_of: Instant | None
    passed: Instant | None
    empty: int


def gather(settings: Settings, keys: Collection[SubjectKey], spill: Spill, pace: Pace) -> StateTime:
    """Read the rows of these subjects into a spill.

    Raises ConsentryError where the state is another installation's, a row cannot be read, or the
    broker refuses.
    """
    return asyncio.run(_gather(settings, keys, spill, pace))


async def _gather(
    settings: Settings, keys: Collection[SubjectKey], spill: Spill, pace: Pace
) -> StateTime:
    count = await asyncio.to_thread(count_partitions, settings)
    homes: dict[int, set[SubjectKey]] = defaultdict(set)
    for key in keys:
        homes[partition_for(key, count)].add(key)
    topic, progress = settings.topics.changelog, list[Progress]()
    async with LiveBus(settings, pace) as bus:
        for number, wanted in sorted(homes.items()):
            latest: Record | None = None
            async for records in changelog(bus, topic, number, pace):
                latest = keep(records, wanted, spill) or latest
            if latest is not None:
                progress.append(progress_of(latest, settings, number))
    return state_time(progress, len(homes))


def keep(records: Sequence[Record], wanted: set[SubjectKey], spill: Spill) -> Record | None:
    """Store the rows of the subjects that are wanted. Returns the last progress row."""
    progress = None
    changed: dict[bytes, bytes | None] = {}
    for record in records:
        key = record.key or b""
        if key == PROGRESS_KEY:
            progress = record
            continue
        try:
            subject = subject_of(key)
        except CorruptRow:
            raise unreadable_row(record.topic, record.partition, record.offset) from None
        if subject in wanted:
            changed[key] = record.value
    gone = [(key,) for key, value in changed.items() if value is None]
    spill.many("DELETE FROM row WHERE key = ?", gone)
    kept = [one for one in changed.items() if one[1] is not None]
    spill.many("INSERT OR REPLACE INTO row VALUES (?, ?)", kept)
    return progress


def rows_by_subject(
    spill: Spill, topic: str
) -> Iterator[tuple[SubjectKey, list[EventRow | RefusalRow]]]:
    """The rows of each subject that has any. Raises ConsentryError for one that cannot be read."""
    found = spill.execute("SELECT key, value FROM row ORDER BY key")
    for key, pairs in groupby(found, lambda pair: subject_of(pair[0])):
        try:
            yield key, [decode_any(value, name) for name, value in pairs]
        except CorruptRow as error:
            raise ConsentryError(
                f"{topic}: {error}", "Run the release that wrote it; `consentry verify` says more."
            ) from None


def state_time(progress: Sequence[Progress], partitions: int) -> StateTime:
    """How far the state of these partitions goes: facts may be later than the last tick."""
    known = [one for row in progress for one in (row.partition_time, row.judged_until)]
    passed = [row.partition_time for row in progress]
    times = [one for one in passed if one is not None]
    return StateTime(
        as_of=max((one for one in known if one is not None), default=None),
        passed=min(times) if len(times) == len(passed) and times else None,
        empty=partitions - len(progress),
    )
