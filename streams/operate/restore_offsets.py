"""Setting the group's committed offsets from the positions that its state knows.

The coordinator forgets the offsets of a group that was idle for `offsets.retention.minutes`,
and an administrator can delete or move them. The progress row of each partition number holds the
same positions, written in the same transactions, so nothing has to be judged again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.errors import ConsentryError
from streams.operate.owning import stored_progress
from streams.settings import Settings
from streams.topics.group_members import require_no_members
from streams.transport.commit.partition_count import declaration, unchanged
from streams.transport.tasks.kafka_clients import changelog_reader, transactional_producer
from streams.transport.tasks.state_owner import (
    latest_progress,
    owner_of,
    require_own_state,
    require_same_topics,
)
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions, topic_ids
from streams.wire.progress import Progress


class Moved(NamedTuple):
    """An offset that is set: from what is committed now (None: nothing) to the state's position."""

    topic: str
    partition: int
    committed: int | None
    position: int


def restore_offsets(
    settings: Settings, *, back: bool = False, dry_run: bool = False
) -> tuple[Moved, ...]:
    """Set the offsets of all partition numbers that have state, in one transaction each.

    With `dry_run` nothing is written. Returns what is, or would be, set. Offsets past the state
    are set back only with `back`. Raises ConsentryError while the group has members, where the
    state is another installation's or of other topics, and where there is no state.
    """
    count = count_partitions(settings)
    require_no_members(settings)
    return asyncio.run(_restore(settings, count, topic_ids(settings), back=back, dry_run=dry_run))


async def _restore(
    settings: Settings, count: int, ids: Mapping[str, str], *, back: bool, dry_run: bool
) -> tuple[Moved, ...]:
    names = settings.topics
    topics = names.judged
    async with LiveBus(settings, Pace(None)) as bus:
        # All are looked at before the first is changed.
        due: dict[int, tuple[Moved, ...]] = {}
        found = await _progress_rows(settings, count)
        if not found:
            raise ConsentryError(
                f"{names.changelog} holds no state, so there is nothing to set offsets from",
                "Check application_id, generation and topic_prefix. An installation that never "
                "ran needs no offsets: start its workers.",
            )
        for number, progress in sorted(found.items()):
            _require_fit(settings, progress, number, count, ids)
            committed = await bus.committed(topics, number)
            due[number] = moves(progress, committed, number)
        if not back:
            _require_not_past([one for moved in due.values() for one in moved])
        for number, moved in due.items():
            if moved and not dry_run:
                await _set(settings, number, count, found[number])
        return tuple(one for moved in due.values() for one in moved)


async def _progress_rows(settings: Settings, count: int) -> dict[int, Progress]:
    reader = changelog_reader(settings)
    await reader.start()
    try:
        return await latest_progress(reader, settings.topics.changelog, range(count))
    finally:
        await reader.stop()


def _require_fit(
    settings: Settings, progress: Progress, number: int, count: int, ids: Mapping[str, str]
) -> None:
    require_own_state(progress, owner_of(settings), settings.topics.changelog, number)
    if progress.partitions:
        unchanged(count, (progress.partitions,))
    require_same_topics(progress, ids, number, accept=settings.accept_lost_input)


def moves(progress: Progress, committed: Mapping[str, int], number: int) -> tuple[Moved, ...]:
    """What has to be set in one partition number, by topic."""
    return tuple(
        Moved(topic, number, committed.get(topic), position)
        for topic, position in sorted(progress.positions.items())
        if committed.get(topic) != position
    )


def _require_not_past(moved: list[Moved]) -> None:
    past = [one for one in moved if one.committed is not None and one.committed > one.position]
    if past:
        one = past[0]
        raise ConsentryError(
            f"{one.topic}, partition {one.partition}: offset {one.committed} is committed, past "
            f"{one.position}, where the state ends",
            "If somebody moved the offsets, --back sets them back. If the changelog lost its "
            "end, restore it first: with --back what was published since is published again "
            "under revisions that readers have seen.",
        )


async def _set(settings: Settings, number: int, count: int, seen: Progress) -> None:
    """One transaction, by the owner of the partition number."""
    producer = transactional_producer(settings, number)
    try:
        await producer.start()
        progress = await stored_progress(settings, number)
        if progress.positions != seen.positions:
            raise ConsentryError(
                f"partition {number} was judged on meanwhile: a worker runs",
                "Stop all workers, and say it again.",
            )
        await producer.begin_transaction()
        beside = declaration(count, settings.installation.declaration)
        offsets = {
            TopicPartition(topic, number): OffsetAndMetadata(position, beside)
            for topic, position in progress.positions.items()
        }
        await producer.send_offsets_to_transaction(offsets, settings.group_id)
        await producer.commit_transaction()
    finally:
        await producer.stop()
