"""Which person an id belongs to: of a finding, a duty, an event, or the person's own pseudonym.

None of them says where its rows stand, so the changelog of every partition is read once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from streams.core.identifiers import (
    KEY_SEPARATOR,
    ControllerId,
    SubjectId,
    SubjectKey,
    ViolationId,
    parse_subject_key,
)
from streams.core.refusals import refusal_address
from streams.core.render import address, duty_address
from streams.core.state import EventRow
from streams.settings import Settings
from streams.subject_access.stored import changelog, progress_of, row_of
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.topics import count_partitions
from streams.wire.progress import PROGRESS_KEY
from streams.wire.record import Record
from streams.wire.rows import event_of, subject_of


class IdKind(StrEnum):
    """What an id is of."""

    FINDING = "finding"
    DUTY = "duty"
    EVENT = "event"
    PERSON = "person"


class Located(NamedTuple):
    """Somebody of whom something with the id is stored."""

    kind: IdKind
    controller_id: ControllerId
    subject_id: SubjectId


class Search:
    """Looks for one id in the records of a changelog, in the order of their offsets.

    A row that is gone at its end was not found: its subject has left (P20).
    """

    def __init__(self, one_id: str) -> None:
        self._id = one_id
        self._event = one_id.encode()
        self._person = f"{KEY_SEPARATOR}{one_id}".encode()
        self._address = ViolationId(one_id.lower()) if is_address(one_id) else None
        self._found: dict[bytes, frozenset[Located]] = {}

    def take(self, record: Record) -> None:
        """Look at one record. Raises ConsentryError for a row that cannot be read."""
        key = record.key
        if key is None or key == PROGRESS_KEY:
            return
        found = frozenset(self._of(record, key)) if record.value is not None else frozenset()
        if found:
            self._found[key] = found
        elif self._found:
            self._found.pop(key, None)

    @property
    def found(self) -> list[Located]:
        """All that was found, each once."""
        return sorted({one for every in self._found.values() for one in every})

    def _of(self, record: Record, key: bytes) -> Iterator[Located]:
        subject: SubjectKey | None = None
        if self._event in key:
            subject = subject_of(key)
            if subject.endswith(self._person):
                yield _located(IdKind.PERSON, subject)
            if event_of(key) == self._id:
                yield _located(IdKind.EVENT, subject)
        if self._address is not None and _published(record.value or b""):
            subject = subject or subject_of(key)
            row = row_of(record)
            if not isinstance(row, EventRow):
                if refusal_address(subject, row) == self._address:
                    yield _located(IdKind.FINDING, subject)
                return
            event = row.fact.event
            if any(address(event, slot) == self._address for slot in row.published):
                yield _located(IdKind.FINDING, subject)
            if any(duty_address(event, who) == self._address for who in row.duties):
                yield _located(IdKind.DUTY, subject)


def is_address(text: str) -> bool:
    """Whether a text can be the id of a finding or duty."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def locate(settings: Settings, one_id: str, advance: Advance | None = None) -> list[Located]:
    """Whose an id is, by the stored rows of all partitions; nothing where it is nobody's.

    Raises ConsentryError as `read_person` does; a partition without state holds nothing.
    """
    search = Search(one_id)
    asyncio.run(_read(settings, search, Pace(advance)))
    return search.found


async def _read(settings: Settings, search: Search, pace: Pace) -> None:
    count = await asyncio.to_thread(count_partitions, settings)
    topic = settings.topics.changelog
    async with LiveBus(settings, pace) as bus:
        for number in range(count):
            latest: Record | None = None
            async for records in changelog(bus, topic, number, pace):
                for record in records:
                    if record.key == PROGRESS_KEY:
                        latest = record
                    else:
                        search.take(record)
            if latest is not None:
                progress_of(latest, settings, number)


def _published(value: bytes) -> bool:
    """Whether a row may hold something that was published: a look at its field names."""
    return b"said" in value or b"duties" in value or b"revision" in value


def _located(kind: IdKind, key: SubjectKey) -> Located:
    # A key without both parts is no row's.
    controller_id, subject_id = parse_subject_key(key) or (ControllerId(""), SubjectId(""))
    return Located(kind, controller_id, subject_id)
