"""Whose state a changelog holds, and of which topics: asked before anybody is fenced.

Each progress row names the installation that wrote it (docs/adr/0041). It is the last record
of a partition of the changelog, so a look at the end finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import structlog
from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.settings.installation import Installation
from streams.topics.ownership import REMEDY
from streams.transport.tasks.log_watch import recreated
from streams.wire.progress import (
    PROGRESS_KEY,
    CorruptProgress,
    Progress,
    StateOwner,
    decode_progress,
)

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

TAIL: Final = 64
"""Offsets before the end of a changelog that are looked at first; then sixteen times as many."""

_FURTHER: Final = ":"
"""Stands between a type of event and the name of a further topic of it."""

log = structlog.get_logger("consentry.worker")


def owner_of(settings: Settings) -> StateOwner:
    """What this installation writes into its progress rows."""
    names = settings.topics
    return StateOwner(
        application_id=settings.application_id,
        topic_prefix=settings.topic_prefix,
        generation=settings.generation,
        topics={
            **{str(kind): name for kind, name in names.inputs.items()},
            **{f"{kind}{_FURTHER}{name}": name for name, kind in names.further.items()},
            "rekeyed": names.rekeyed,
            "ticks": names.ticks,
            "commands": names.commands,
            "violations": names.violations,
            "duties": names.duties,
        },
    )


def named(owner: StateOwner) -> Installation:
    """The installation that an owner is."""
    return Installation(owner.application_id, owner.topic_prefix, owner.generation)


def require_own_state(
    progress: Progress | None, mine: StateOwner, changelog: str, partition: int
) -> None:
    """Check that a progress row is of this installation, or of a release that named none.

    Raises ConsentryError naming both installations, and the topics that differ.
    """
    if progress is None:
        return
    theirs, place = progress.owner, f"{changelog}, partition {partition}"
    if theirs is None:
        if progress.positions and not progress.positions.keys() & set(mine.topics.values()):
            raise ConsentryError(
                f"the state on {place} belongs to another installation, which reads "
                f"{', '.join(sorted(progress.positions))}; this one is {named(mine)}",
                REMEDY,
            )
        return
    here = _by_role(mine)
    differing = [
        f"{topic} there, {', '.join(here[role])} here"
        for role, topics in _by_role(theirs).items()
        for topic in topics
        if role in here and topic not in here[role]
    ]
    if named(theirs) == named(mine) and not differing:
        return
    more = f" ({'; '.join(differing)})" if differing else ""
    raise ConsentryError(
        f"the state on {place} belongs to another installation: {named(theirs)}; this one is "
        f"{named(mine)}{more}",
        f"{REMEDY} If it is the same one with new names of topics, set the names back; or "
        "`consentry facts export` under those names, and import into the next `generation`.",
    )


def _by_role(owner: StateOwner) -> dict[str, list[str]]:
    """The topics by what they are for; a type of event may have several."""
    found: dict[str, list[str]] = {}
    for role, topic in owner.topics.items():
        found.setdefault(role.partition(_FURTHER)[0], []).append(topic)
    return found


def require_same_topics(
    progress: Progress, ids: Mapping[str, str], partition: int, *, accept: bool
) -> None:
    """Check that the topics are those that the state was made from, by their ids.

    Raises ConsentryError where one was created again, unless the operator says that it was
    restored with its offsets.
    """
    for topic, before in progress.topic_ids.items():
        now = ids.get(topic, before)
        if now == before:
            continue
        if not accept:
            raise recreated(topic, before, now)
        log.warning("input.recreated", topic=topic, partition=partition, before=before, now=now)


async def latest_progress(
    reader: AIOKafkaConsumer, changelog: str, numbers: Iterable[int]
) -> dict[int, Progress]:
    """The progress rows that stand at the ends of the changelog; numbers without are left out.

    Nothing is fenced yet, so an owner may go on writing meanwhile. The reader must be a
    `read_committed` one without a group.
    """
    places = [TopicPartition(changelog, number) for number in numbers]
    starts = await reader.beginning_offsets(places)
    ends = await reader.end_offsets(places)
    left = {place: ends[place] for place in places if starts[place] < ends[place]}
    found: dict[int, Progress] = {}
    back = TAIL
    while left:
        begins = {place: max(starts[place], end - back) for place, end in left.items()}
        rows = await _read(reader, begins, left)
        for place, row in rows.items():
            try:
                found[place.partition] = decode_progress(row)
            except CorruptProgress:
                continue  # the restore says so, with its remedy
        left = {p: end for p, end in left.items() if p not in rows and begins[p] > starts[p]}
        back *= 16
    return found


async def _read(
    reader: AIOKafkaConsumer,
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> dict[TopicPartition, bytes]:
    """The last progress row between two offsets of each place."""
    reader.assign(list(begins))
    for place, begin in begins.items():
        reader.seek(place, begin)
    rows: dict[TopicPartition, bytes] = {}
    waiting = set(begins)
    while waiting:
        for place, records in (await reader.getmany(*waiting, timeout_ms=200)).items():
            for record in records:
                if record.key == PROGRESS_KEY and record.value is not None:
                    rows[place] = record.value
        for place in list(waiting):
            if await reader.position(place) >= ends[place]:
                waiting.discard(place)
                reader.pause(place)
    return rows
