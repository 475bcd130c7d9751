"""A record that was not judged: why, and what of it may be shown.

A reference that stands for an envelope field is random, so that nobody can compute it
from the value (legal model Q02).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec

from streams.core.findings import DeadLetter
from streams.core.identifiers import ControllerId, EventId, SubjectId, id_fault, means_nobody
from streams.core.instants import EARLIEST_OF_EVENTS, LATEST, Instant, parse_instant
from streams.core.state import Refusal
from streams.core.vocabulary import Code, EventType
from streams.wire.errors import WireError
from streams.wire.field_specs import MAX_TEXT
from streams.wire.guard import RAW, Found
from streams.wire.looks import RawKind

UNPROCESSABLE = Code.UNPROCESSABLE_EVENT


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Why a record is no event, with what could be read of its envelope.

    `dead_letter.code` RAW_PERSONAL_DATA_IN_EVENT means quarantine. An id that itself
    held personal data is `ref-` and a random UUID; one that is unreadable, or not written
    as ids are, is None.
    """

    dead_letter: DeadLetter
    controller_id: ControllerId | None = None
    subject_id: SubjectId | None = None
    event_id: EventId | None = None
    event_type: EventType | None = None
    occurred_at: Instant | None = None

    @property
    def subject(self) -> tuple[ControllerId, SubjectId] | None:
        """Whose event it would have been, where both can be read."""
        if self.controller_id is None or self.subject_id is None:
            return None
        return self.controller_id, self.subject_id

    def refusal(self, ingested_at: Instant) -> Refusal | None:
        """What a row keeps of it beside the events of its subject.

        None where it is refused for another reason than Q01, or where controller, subject,
        type or id cannot be read: then no event has the address of its finding.
        """
        if self.dead_letter.code != UNPROCESSABLE or self.subject is None:
            return None
        if self.event_type is None or self.event_id is None:
            return None
        return Refusal(
            event_type=self.event_type,
            event_id=self.event_id,
            occurred_at=self.occurred_at,
            ingested_at=ingested_at,
        )


def reject_bytes(error: WireError, expected: EventType | None) -> Rejected:
    """Nothing could be read of the record."""
    letter = DeadLetter(code=UNPROCESSABLE, reason=error.reason, field=error.field)
    return Rejected(dead_letter=letter, event_type=expected)


def reject_record(
    error: WireError, record: Mapping[str, Any], expected: EventType | None
) -> Rejected:
    """The record could be read, but is not an event."""
    letter = DeadLetter(code=UNPROCESSABLE, reason=error.reason, field=error.field)
    return _with_envelope(letter, record, expected, frozenset())


def reject_raw(found: Found, record: Mapping[str, Any], expected: EventType | None) -> Rejected:
    """The record holds raw personal data."""
    where = f"{found.field} holds" if found.field else "the unreadable record seems to hold"
    letter = DeadLetter(
        code=RAW,
        reason=(
            f"{where} {found.kind.value}; send categories, references and the keyed "
            "pseudonym of `consentry pseudonym`, never values, and purge the value upstream"
        ),
        field=found.field,
    )
    return _with_envelope(letter, record, expected, found.tainted)


def raw_key(kind: RawKind) -> DeadLetter:
    """The reason for a record whose key holds raw personal data, whatever its value."""
    return DeadLetter(
        code=RAW,
        reason=(
            f"the key of the record holds {kind.value}; send controller_id, the byte 1F and "
            "the keyed pseudonym of `consentry pseudonym`, and purge the record upstream"
        ),
    )


def _with_envelope(
    letter: DeadLetter,
    record: Mapping[str, Any],
    expected: EventType | None,
    tainted: frozenset[str],
) -> Rejected:
    controller_id = _plain_text(record, "controller_id", tainted)
    subject_id = _plain_text(record, "subject_id", tainted)
    event_id = _plain_text(record, "event_id", tainted)
    return Rejected(
        dead_letter=letter,
        controller_id=None if controller_id is None else ControllerId(controller_id),
        subject_id=None if subject_id is None else SubjectId(subject_id),
        event_id=None if event_id is None else EventId(event_id),
        event_type=expected or _event_type(record),
        occurred_at=_occurred_at(record),
    )


def _plain_text(record: Mapping[str, Any], name: str, tainted: frozenset[str]) -> str | None:
    if name in tainted:
        return f"ref-{uuid4()}"
    text = record.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        return None
    # What is no id, or nobody's, goes into no finding, let alone into the Kafka key.
    if id_fault(text) is not None or (name == "subject_id" and means_nobody(text)):
        return None
    return text


def _event_type(record: Mapping[str, Any]) -> EventType | None:
    name = record.get("event_type")
    return EventType(name) if isinstance(name, str) and name in set(EventType) else None


def _occurred_at(record: Mapping[str, Any]) -> Instant | None:
    text = record.get("occurred_at")
    if type(text) is int:
        return Instant(text) if EARLIEST_OF_EVENTS <= text <= LATEST else None
    if not isinstance(text, str):
        return None
    try:
        instant = parse_instant(text)
    except ValueError:
        return None
    return instant if EARLIEST_OF_EVENTS <= instant <= LATEST else None
