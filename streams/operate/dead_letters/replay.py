"""`consentry dead-letters replay`: from the plan to what was sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

import msgspec

from streams.errors import ConsentryError
from streams.files.records import Found
from streams.operate.dead_letters.corrected import Corrected, Index, RefusedLine, corrected
from streams.operate.dead_letters.kept import OF_INPUTS, KeptIn
from streams.operate.dead_letters.reading import read_kept, require_topics, shelves
from streams.operate.dead_letters.replaying import (
    AT_MOST,
    GONE_MEANWHILE,
    NotSent,
    ReplayedRecord,
    ReplayPlan,
    ReplayTargets,
    sent_again,
)
from streams.operate.dead_letters.selection import Selection
from streams.operate.dead_letters.sending import send_all
from streams.operate.record_place import RecordPlace
from streams.settings import Settings
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace


class ReplayResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent, or would be; `sent` is 0 in a dry run.

    `planned` counts by topic. `not_sent` names the first records that cannot be sent,
    `not_sent_count` counts all. `superseded` were sent again before, and came back.
    `refused` are lines of the file.
    """

    planned: dict[str, int]
    sent: int
    not_sent: Sequence[NotSent] = ()
    not_sent_count: int = 0
    superseded: int = 0
    refused: Sequence[RefusedLine] = ()
    notes: Sequence[str] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing that was meant was left out."""
        return not self.not_sent_count and not self.refused


def replay(settings: Settings, selection: Selection, *, dry_run: bool = False) -> ReplayResult:
    """Send again what a selection means, each record with its own bytes, key and headers."""
    names = settings.topics
    targets = ReplayTargets(frozenset(names.input_types), names.ingest_replay)
    return asyncio.run(_replay(settings, ReplayPlan(selection, targets), dry_run=dry_run))


async def _replay(settings: Settings, plan: ReplayPlan, *, dry_run: bool) -> ReplayResult:
    found = await asyncio.to_thread(shelves, settings, OF_INPUTS)
    async with LiveBus(settings, Pace(None)) as bus:
        async for records in read_kept(bus, settings, found.partitions):
            plan.take(records)
        chosen = plan.chosen()
        _require_few(len(chosen))
        sent = 0
        if chosen and not dry_run:
            await asyncio.to_thread(require_topics, settings, set(chosen.values()))
            left = dict(chosen)
            sent = await send_all(settings, _records(bus, settings, found.partitions, left))
            for place in sorted(left):
                plan.refuse(place, GONE_MEANWHILE)
    return ReplayResult(
        planned=plan.by_topic(chosen),
        sent=sent,
        not_sent=plan.not_sent,
        not_sent_count=plan.not_sent_count,
        superseded=plan.superseded,
        notes=found.notes,
    )


async def _records(
    bus: LiveBus,
    settings: Settings,
    partitions: Mapping[KeptIn, int],
    left: dict[RecordPlace, str],
) -> AsyncIterator[ReplayedRecord]:
    """The chosen records, read a second time: all of them need not fit into memory.

    Each is taken out of `left`: what stays there is gone from its topic.
    """
    async for records in read_kept(bus, settings, partitions):
        for one in records:
            topic = left.pop(one.place, None)
            if topic is not None:
                yield sent_again(one, topic)


def replay_corrected(
    settings: Settings, lines: Iterable[Found], *, dry_run: bool = False
) -> ReplayResult:
    """Send corrected events, each in the place of a record that was set aside."""
    return asyncio.run(_replay_corrected(settings, lines, dry_run=dry_run))


async def _replay_corrected(
    settings: Settings, lines: Iterable[Found], *, dry_run: bool
) -> ReplayResult:
    found = await asyncio.to_thread(shelves, settings, OF_INPUTS)
    index = Index()
    async with LiveBus(settings, Pace(None)) as bus:
        async for records in read_kept(bus, settings, found.partitions):
            index.take(records)
    events: list[ReplayedRecord] = []
    refused: list[RefusedLine] = []
    for one in corrected(lines, index, settings.topics):
        if isinstance(one, Corrected):
            events.append(one.outgoing)
        else:
            refused.append(one)
    _require_few(len(events))
    sent = await send_all(settings, _given(events)) if events and not dry_run else 0
    return ReplayResult(
        planned=dict(sorted(Counter(one.topic for one in events).items())),
        sent=sent,
        refused=refused,
        notes=found.notes,
    )


async def _given(events: Sequence[ReplayedRecord]) -> AsyncIterator[ReplayedRecord]:
    for one in events:
        yield one


def _require_few(count: int) -> None:
    if count > AT_MOST:
        raise ConsentryError(
            f"{count} records are more than one run sends ({AT_MOST})",
            "They are sent in one transaction, for whose end the readers of the inputs wait. "
            "Narrow it with --topic, --producer, --since and --until.",
        )
