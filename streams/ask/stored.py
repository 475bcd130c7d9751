"""The stored rows of the persons that are asked about, read from the changelog onto disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from streams.ask.kept import KeptQuestions
from streams.core.instants import Instant
from streams.settings import Settings
from streams.subject_access.stored import changelog, progress_of
from streams.transport.state.changelog_restore import unreadable_row
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions
from streams.wire.progress import PROGRESS_KEY, Progress
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, subject_of


class StateTime(NamedTuple):
    """How far the state goes.

    `as_of` lies at or after every fact that is stored; `passed` is the instant up to which
    time has passed on all partitions, None where it has on none. `empty` counts partitions
    of which nothing is stored. `leaving` are the keys of persons of whom a part has left already.
    """

    as_of: Instant | None
    passed: Instant | None
    empty: int
    leaving: frozenset[bytes] = frozenset()


def gather(settings: Settings, questions: KeptQuestions, pace: Pace) -> StateTime:
    """Read the rows of all persons that are asked about, and keep them beside the questions.

    Raises ConsentryError where the state is another installation's, a row cannot be read, or the
    broker refuses.
    """
    return asyncio.run(_gather(settings, questions, pace))


async def _gather(settings: Settings, questions: KeptQuestions, pace: Pace) -> StateTime:
    count = await asyncio.to_thread(count_partitions, settings)
    homes = questions.homes(count)
    topic, progress = settings.topics.changelog, list[Progress]()
    async with LiveBus(settings, pace) as bus:
        for number in homes:
            latest: Record | None = None
            async for records in changelog(bus, topic, number, pace):
                latest = keep(records, questions) or latest
            if latest is not None:
                progress.append(progress_of(latest, settings, number))
    return state_time(progress, len(homes))


def keep(records: Sequence[Record], questions: KeptQuestions) -> Record | None:
    """Keep the rows of persons that are asked about. Returns the last progress row."""
    progress = None
    changed: dict[bytes, bytes | None] = {}
    for record in records:
        key = record.key or b""
        if key == PROGRESS_KEY:
            progress = record
            continue
        try:
            subject_of(key)
        except CorruptRow:
            raise unreadable_row(record.topic, record.partition, record.offset) from None
        changed[key] = record.value
    questions.change(changed)
    return progress


def state_time(progress: Sequence[Progress], partitions: int) -> StateTime:
    """How far the state of these partitions goes: facts may be later than the last tick."""
    known = [one for row in progress for one in (row.partition_time, row.judged_until)]
    passed = [row.partition_time for row in progress]
    times = [one for one in passed if one is not None]
    return StateTime(
        as_of=max((one for one in known if one is not None), default=None),
        passed=min(times) if len(times) == len(passed) and times else None,
        empty=partitions - len(progress),
        leaving=frozenset(row.leaving for row in progress if row.leaving),
    )
