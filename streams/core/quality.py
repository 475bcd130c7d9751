"""Records that cannot be judged: Q01, Q02 and Q04 (legal model 4.6)."""

from __future__ import annotations

from streams.core.findings import Finding
from streams.core.identifiers import ControllerId, EventId, SubjectId
from streams.core.instants import Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.policy import Policy
from streams.core.render import Particulars, finding_about
from streams.core.slots import SLOTS
from streams.core.state import Fact, Published, Verdict
from streams.core.vocabulary import Code, EventType, Status

UNPROCESSABLE = Code.UNPROCESSABLE_EVENT
RAW_PERSONAL_DATA = Code.RAW_PERSONAL_DATA_IN_EVENT
FUTURE = Code.FUTURE_TIMESTAMP
ABOUT_RECORDS = frozenset({UNPROCESSABLE, RAW_PERSONAL_DATA, FUTURE})
"""Codes of findings about records that hold no event; rows know of none but refused ids."""


def is_future(fact: Fact) -> bool:
    """Q04: the event claims to have occurred over five minutes after its record."""
    return fact.event.occurred_at > fact.ingested_at + FUTURE_TOLERANCE


def quality_finding(
    code: Code,
    *,
    controller_id: ControllerId | None,
    subject_id: SubjectId | None,
    event_id: EventId,
    event_type: EventType | None,
    occurred_at: Instant | None,
    detected_at: Instant,
    policy: Policy,
    revision: int = 1,
    status: Status = Status.OPEN,
) -> Finding:
    """The finding on a record that was set apart.

    `event_id` is a reference to the record (topic, partition, offset, or a random one)
    where the event's own id is unreadable or is itself a personal value.
    """
    about = Particulars(
        controller_id=controller_id,
        subject_id=subject_id,
        event_id=event_id,
        event_type=event_type,
        occurred_at=occurred_at,
    )
    # It stays PROVISIONAL: the record is not kept, and nothing judges it again.
    said = Published(verdict=Verdict(code=code), revision=revision, status=status)
    return finding_about(about, SLOTS[code], said, policy, at=detected_at)
