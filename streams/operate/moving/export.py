"""Writing the stored facts of an installation to a file, while its workers run.

Each partition number is read up to one of its batches (`streams.verify.stored_rows`); between
numbers nothing is lost: what one sends to another by then stands behind the other's position.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from typing import BinaryIO, Final

from streams import __version__
from streams.core.events import Event
from streams.core.identifiers import parse_subject_key
from streams.core.instants import Instant
from streams.core.render import event_type
from streams.core.state import EventRow
from streams.core.vocabulary import ClosingReason
from streams.errors import ConsentryError
from streams.operate.moving.lines import FORMAT, Covered, Manifest, encode_line, line_of
from streams.settings import Settings
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Kept, Spill
from streams.verify.stored_rows import NoStateError, StoredRows
from streams.verify.topics import partitions_of
from streams.wire.progress import Progress
from streams.wire.rows import CorruptRow, decode_any

_SUBJECTS_AT_ONCE: Final = 500
"""After so many subjects the clients get their turn."""


def export_facts(settings: Settings, file: BinaryIO, advance: Advance | None = None) -> Manifest:
    """Write all stored facts and the manifest, which is returned. Takes little memory.

    Raises ConsentryError where there is no state, or it cannot be read.
    """
    # Others may have more by now: that is when facts are to move.
    count = partitions_of(settings, settings.topics.changelog)
    return asyncio.run(_export(settings, file, count, Pace(advance)))


async def _export(settings: Settings, file: BinaryIO, count: int, pace: Pace) -> Manifest:
    changelog = settings.topics.changelog
    out = Writer(file)
    states: dict[int, Progress] = {}
    async with LiveBus(settings, pace) as bus:
        for number in range(count):
            pace.expect(await bus.end(changelog, number) - await bus.start(changelog, number))
        for number in range(count):
            spill = Spill()
            try:
                rows = StoredRows(bus, changelog, number, spill)
                await rows.advance()
                # What was replaced and compacted away under the first reading stands behind it.
                await rows.advance()
                require_own_state(rows.progress, owner_of(settings), changelog, number)
                try:
                    await out.partition(spill, rows.progress, pace)
                    out.count = max(out.count, rows.progress.partitions)
                except CorruptRow:
                    raise unreadable_row(changelog, number) from None
                states[number] = rows.progress
            except NoStateError:
                continue
            finally:
                spill.close()
    if not states:
        raise ConsentryError(
            f"{changelog} holds no state, so there is nothing to export",
            "Check application_id, generation and topic_prefix.",
        )
    manifest = Manifest(
        format=FORMAT,
        application_id=settings.application_id,
        topic_prefix=settings.topic_prefix,
        generation=settings.generation,
        release=__version__,
        at=Instant(int(time.time() * 1000)),
        count=out.count or count,
        topic_ids=_read_ids(states.values()),
        covered=tuple(_covered(number, state) for number, state in states.items()),
        facts=dict(sorted(out.facts.items())),
        refused=out.refused,
        digest=out.digest,
    )
    file.write(encode_line(manifest))
    return manifest


class Writer:
    """Writes rows as lines, and counts them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.facts: Counter[str] = Counter()
        self.refused = 0
        self.count = 0
        """The number of partitions that the state was made for, 0 where it does not say."""

    @property
    def digest(self) -> str:
        """SHA-256 of what is written."""
        return self._hash.hexdigest()

    async def partition(self, spill: Spill, progress: Progress, pace: Pace) -> None:
        """Write all rows of a partition number. Raises CorruptRow."""
        pace.expect(spill.count("row"))
        for seen, kept in enumerate(spill.subjects(), 1):
            self.subject(whole(kept, progress))
            pace.did(len(kept.rows))
            if seen % _SUBJECTS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def subject(self, kept: Kept) -> None:
        """Write the rows of one subject. Raises CorruptRow."""
        identity = parse_subject_key(kept.subject)
        if identity is None:
            raise CorruptRow("belongs to no subject", kept.subject)
        for key, value in kept.rows:
            row = decode_any(value, key)
            if isinstance(row, EventRow):
                self.facts[_type_of(row.fact.event)] += 1
            else:
                self.refused += 1
            line = encode_line(line_of(*identity, row))
            self._hash.update(line)
            self._file.write(line)


def whole(kept: Kept, progress: Progress) -> Kept:
    """What is exported of a subject: what is left of one that leaves is no whole person.

    Of one that is being erased there is the row that stays, and the rest is gone in effect.
    """
    if kept.subject != progress.leaving:
        return kept
    stays = b"" if progress.command is None else progress.command.row
    return kept._replace(rows=[one for one in kept.rows if one[0] == stays])


def _read_ids(states: Iterable[Progress]) -> dict[str, str]:
    """The ids of the topics that the positions are of, which need not be those of today.

    A topic of which two partitions say different ones has none: its positions mean nothing.
    """
    found: dict[str, set[str]] = {}
    for state in states:
        for topic, topic_id in state.topic_ids.items():
            found.setdefault(topic, set()).add(topic_id)
    return {topic: ids.pop() for topic, ids in found.items() if len(ids) == 1}


def _type_of(event: Event) -> str:
    return event_type(event).value


def _covered(number: int, progress: Progress) -> Covered:
    sweep = progress.sweep.cause if progress.sweep is not None and progress.sweeping else None
    if sweep is None and progress.unfinished is not None:
        sweep = ClosingReason.LATE_EVIDENCE.value
    return Covered(
        partition=number,
        positions=progress.positions,
        partition_time=progress.partition_time,
        ticking_since=progress.ticking_since,
        judged_until=progress.judged_until,
        policy_digest=progress.policy_digest,
        policy_sequence=progress.basis.sequence,
        policy_version=progress.basis.version,
        rules=progress.basis.rules,
        sweep=sweep,
    )
