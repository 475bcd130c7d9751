"""What one recipient received, of whom: all shares of the stored facts that name it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple

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
from streams.core.vocabulary import Code, EventType, Status
from streams.settings import Settings
from streams.subject_access.stored import changelog, progress_of, row_of
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Spill
from streams.verify.topics import count_partitions
from streams.wire.progress import PROGRESS_KEY
from streams.wire.record import Record
from streams.wire.restricted import may_be_marked
from streams.wire.rows import decode_row, is_refusal, subject_of


class ReceivedShare(NamedTuple):
    """One share: what was sent of whom, and the codes of the findings that are open about it."""

    share: DataShare
    open_codes: tuple[Code, ...]


class RestrictedPerson(NamedTuple):
    """In the place of a person's shares: processing of that person's data is restricted."""

    controller_id: ControllerId
    subject_id: SubjectId
    since: Instant


class ReceivedShares:
    """Shares and restricted persons, to go through once.

    `unread` counts refused shares, which may name this recipient too: what they held is unknown.
    """

    def __init__(self, found: Iterable[ReceivedShare | RestrictedPerson], unread: int) -> None:
        self._found = found
        self.unread = unread

    def __iter__(self) -> Iterator[ReceivedShare | RestrictedPerson]:
        return iter(self._found)


@contextmanager
def received_by(
    settings: Settings,
    recipient: RecipientId,
    *,
    controller: ControllerId | None = None,
    since: Instant | None = None,
    until: Instant = LATEST,
    advance: Advance | None = None,
) -> Iterator[ReceivedShares]:
    """Read the shares with a recipient, of all persons or of one controller's.

    For the length of a `with` block; person by person, each in no order of time. `since`
    and `until` (both included) bound when the data left. Whose processing is restricted stands there
    once, without the shares. What is found waits in a temporary file, so memory is bounded. Raises
    ConsentryError as `read_person` does.
    """
    with closing(Spill()) as spill:
        marks, refused = _Marks(), _Refused()
        asyncio.run(_gather(settings, recipient, spill, marks, refused, Pace(advance)))
        found = marks.withheld(
            ReceivedShare(share, _open(row))
            for _, row in _rows(spill)
            if (share := _share(row, recipient)) is not None
            and (controller is None or share.controller_id == controller)
            and (since is None or since <= share.occurred_at)
            and share.occurred_at <= until
        )
        yield ReceivedShares(found, refused.count(controller, since, until))


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


class _Refused:
    """Shares that could not be judged and did not come again, by their rows: when they occurred."""

    def __init__(self) -> None:
        self._rows: dict[bytes, Instant | None] = {}

    def take(self, record: Record, key: bytes) -> None:
        """Look at a record of the changelog. Raises ConsentryError for a row that is damaged."""
        if not is_refusal(key):
            return
        self._rows.pop(key, None)
        row = row_of(record) if record.value is not None else None
        if isinstance(row, RefusalRow) and (row.event_type, row.status) == _UNREAD:
            self._rows[key] = row.occurred_at

    def count(self, controller: ControllerId | None, since: Instant | None, until: Instant) -> int:
        """How many there are of a controller (None: of all) in that time, or at an unknown one."""
        return sum(
            (controller is None or subject_of(key).startswith(subject_key(controller, "")))
            and (at is None or (since or at) <= at <= until)
            for key, at in self._rows.items()
        )


_UNREAD: Final = (EventType.DATA_SHARE, Status.OPEN)


async def _gather(
    settings: Settings,
    recipient: RecipientId,
    spill: Spill,
    marks: _Marks,
    refused: _Refused,
    pace: Pace,
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
                        refused.take(record, record.key)
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
