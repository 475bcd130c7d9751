"""What one recipient received, of whom: all shares of the stored facts that name it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from streams.core.events import DataShare
from streams.core.identifiers import (
    ControllerId,
    RecipientId,
    SubjectId,
    SubjectKey,
    subject_key,
)
from streams.core.instants import LATEST, Instant
from streams.core.state import EventRow, RefusalRow
from streams.core.vocabulary import Code, Status
from streams.settings import Settings
from streams.subject_access.stored import changelog, progress_of, row_of
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Spill
from streams.verify.topics import count_partitions
from streams.wire.progress import PROGRESS_KEY
from streams.wire.record import Record
from streams.wire.restricted import may_be_marked
from streams.wire.rows import decode_row, subject_of


class ReceivedShare(NamedTuple):
    """One share: what was sent of whom, and the codes of the findings that are open about it."""

    share: DataShare
    open_codes: tuple[Code, ...]


class RestrictedPerson(NamedTuple):
    """In the place of a person's shares: processing of that person's data is restricted."""

    controller_id: ControllerId
    subject_id: SubjectId
    since: Instant


@contextmanager
def received_by(
    settings: Settings,
    recipient: RecipientId,
    *,
    controller: ControllerId | None = None,
    since: Instant | None = None,
    until: Instant = LATEST,
    advance: Advance | None = None,
) -> Iterator[Iterator[ReceivedShare | RestrictedPerson]]:
    """Read the shares with a recipient, of all persons or of one controller's.

    For the length of a `with` block; person by person, each in no order of time. `since`
    and `until` (both included) bound when the data left. Whose processing is restricted stands there
    once, without the shares. What is found waits in a temporary file, so memory is bounded. Raises
    ConsentryError as `read_person` does.
    """
    with closing(Spill()) as spill:
        marks = _Marks()
        asyncio.run(_gather(settings, recipient, spill, marks, Pace(advance)))
        yield marks.withheld(
            ReceivedShare(share, _open(row))
            for _, row in _rows(spill)
            if (share := _share(row, recipient)) is not None
            and (controller is None or share.controller_id == controller)
            and (since is None or since <= share.occurred_at)
            and share.occurred_at <= until
        )


class _Marks:
    """The rows that bear the mark of a restriction: few, so they are kept in memory."""

    def __init__(self) -> None:
        self._rows: dict[bytes, Instant] = {}

    def take(self, record: Record, key: bytes) -> None:
        """Look at a record of the changelog. Raises ConsentryError for a row that is damaged."""
        value = record.value
        since = row_of(record).restricted_since if value and may_be_marked(value) else None
        if since is not None:
            self._rows[key] = since
        elif self._rows:
            self._rows.pop(key, None)

    def withheld(
        self, found: Iterable[ReceivedShare]
    ) -> Iterator[ReceivedShare | RestrictedPerson]:
        """The shares, and each restricted person once in the place of theirs."""
        since: dict[SubjectKey, Instant] = {}
        for key, at in self._rows.items():
            subject = subject_of(key)
            since[subject] = min(at, since.get(subject, at))
        said: SubjectKey | None = None
        for one in found:
            who = one.share.controller_id, one.share.subject_id
            subject = subject_key(*who)
            if subject not in since:
                yield one
            elif subject != said:
                yield RestrictedPerson(*who, since[subject])
            said = subject


async def _gather(
    settings: Settings, recipient: RecipientId, spill: Spill, marks: _Marks, pace: Pace
) -> None:
    count = await asyncio.to_thread(count_partitions, settings)
    topic, name = settings.topics.changelog, recipient.encode()
    async with LiveBus(settings, pace) as bus:
        for number in range(count):
            latest: Record | None = None
            async for records in changelog(bus, topic, number, pace):
                changed: dict[bytes, bytes | None] = {}
                for record in records:
                    if record.key == PROGRESS_KEY:
                        latest = record
                    elif record.key is not None:
                        marks.take(record, record.key)
                        if _concerns(record, name, recipient):
                            changed[record.key] = record.value
                gone = [(key,) for key, value in changed.items() if value is None]
                spill.many("DELETE FROM row WHERE key = ?", gone)
                kept = [one for one in changed.items() if one[1] is not None]
                spill.many("INSERT OR REPLACE INTO row VALUES (?, ?)", kept)
            if await bus.end(topic, number):
                progress_of(latest, settings, number)


def _concerns(record: Record, name: bytes, recipient: RecipientId) -> bool:
    """Whether a record is a share with the recipient, or the tombstone of any row."""
    if record.value is None:
        return True
    return name in record.value and _share(row_of(record), recipient) is not None


def _rows(spill: Spill) -> Iterator[tuple[bytes, EventRow]]:
    for key, value in spill.execute("SELECT key, value FROM row ORDER BY key"):
        yield key, decode_row(value, key)


def _share(row: EventRow | RefusalRow, recipient: RecipientId) -> DataShare | None:
    if isinstance(row, RefusalRow):
        return None
    event = row.fact.event
    return event if isinstance(event, DataShare) and event.recipient_id == recipient else None


def _open(row: EventRow) -> tuple[Code, ...]:
    return tuple(
        sorted(
            {
                one.verdict.code
                for one in row.published.values()
                if one.status in (Status.OPEN, Status.REVISED)
            }
        )
    )
