"""What stands on an output topic and the state does not say: how it ends (legal model 4.5).

An earlier generation, another installation or somebody's hand wrote it. Readers keep the highest
revision, so whatever ends or corrects it has the next one. Where the state has the event, its
row keeps that revision, and later verdicts go on from there.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.event_kinds import key_of
from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.identifiers import EventKey, Slot, ViolationId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.quality import ABOUT_RECORDS, FUTURE, RAW_PERSONAL_DATA
from streams.core.render import Particulars, duty_about, finding_about
from streams.core.slots import SLOTS, duty_slot
from streams.core.state import DutyState, Published, PublishedDuty, Verdict
from streams.core.vocabulary import (
    ClosingReason,
    Code,
    DutyStatus,
    EventType,
    Finality,
    Status,
    Trigger,
)

_CODES: Final = frozenset(one.value for one in Code)
_REASONS: Final = frozenset(one.value for one in ClosingReason)
_TRIGGERS: Final = frozenset(one.value for one in Trigger)


def slot_of(said: Finding) -> Slot | None:
    """The slot of a finding, None where this release gives none to what it says."""
    if said.code == Code.RECIPIENT_NOT_NOTIFIED:
        return None if said.recipient_id is None else duty_slot(said.recipient_id)
    if said.code in (RAW_PERSONAL_DATA, FUTURE) or said.code not in _CODES:
        return None  # it follows from a record that is no fact, or a later release knows it
    return SLOTS.get(Code(said.code))


def event_of(said: OutputRecord) -> tuple[EventType, EventKey] | None:
    """The event that it is about, None where it names none."""
    if isinstance(said, Finding):
        kind, event_id = said.event_type, said.event_id
    else:
        kind, event_id = said.trigger_event_type, said.trigger_event_id
    return None if kind is None else (kind, key_of(kind, event_id))


def own_address(said: OutputRecord) -> ViolationId | None:
    """The id that ours has that says so much; None: nothing of ours can say it."""
    about = _about(said)
    if about.event_type is None or not about.controller_id or not about.subject_id:
        return None
    if isinstance(said, Duty):
        return about.address(f"DUTY:{said.recipient_id}") if said.trigger in _TRIGGERS else None
    slot = slot_of(said)
    return None if slot is None else about.address(slot)


def about_record(said: OutputRecord, one_id: str) -> bool:
    """Whether it is a finding about a record that is no fact, and has that id: no row knows it."""
    if not isinstance(said, Finding) or said.code not in ABOUT_RECORDS:
        return False
    return _about(said).address(SLOTS[Code(said.code)]) == one_id


def outlived(said: OutputRecord, policy: Policy, clock: Instant | None) -> bool:
    """Whether a finding about a record is older than what is kept of a person (P20, P26).

    What it says of when the event occurred may be a mistake, and is no later than its detection.
    """
    if clock is None or not isinstance(said, Finding) or said.code not in ABOUT_RECORDS:
        return False
    settings, arrived = policy.at(clock), said.detected_at
    occurred = arrived if said.occurred_at is None else min(said.occurred_at, arrived)
    return (
        0 < arrived < clock - settings.arrival_grace
        and occurred < clock - settings.retention
        and bool(said.subject_id)
    )


def taken_back(said: OutputRecord, policy: Policy, at: Instant) -> OutputRecord:
    """The same, RETRACTED at its next revision. It must be one that has an `own_address`."""
    about = _about(said)
    if isinstance(said, Duty):
        return duty_about(about, duty_taken_back(said), policy, at=at)
    slot = slot_of(said)
    assert slot is not None
    return finding_about(about, slot, finding_taken_back(said), policy, at=at)


def under(one_id: ViolationId, said: OutputRecord) -> OutputRecord:
    """The same under the id that it was read under, which a release may give no more."""
    if isinstance(said, Duty):
        return msgspec.structs.replace(said, duty_id=one_id)
    return msgspec.structs.replace(said, violation_id=one_id)


def finding_taken_back(said: Finding) -> Published:
    """What a row keeps of a finding that is taken back; one that was closed stays as it is."""
    before = said.status is Status.RETRACTED
    return Published(
        verdict=Verdict(
            code=Code(said.code),
            reason=ClosingReason(said.reason)
            if before and said.reason in _REASONS
            else ClosingReason.SUPERSEDED,
        ),
        revision=said.revision if before else said.revision + 1,
        status=Status.RETRACTED,
        final=said.finality is Finality.FINAL,
        late=said.late_detected,
    )


def duty_taken_back(said: Duty) -> PublishedDuty:
    """What a row keeps of a duty that is taken back; one that was closed stays as it is."""
    before = said.status is DutyStatus.RETRACTED
    return PublishedDuty(
        duty=DutyState(
            trigger=Trigger(said.trigger),
            starts_at=said.starts_at,
            due_at=said.due_at,
            share_ids=said.share_ids,
            status=DutyStatus.RETRACTED,
            notified_at=said.notified_at,
            share_count=said.share_count,
        ),
        revision=said.revision if before else said.revision + 1,
        cause=ClosingReason.LATE_EVIDENCE if before else ClosingReason.SUPERSEDED,
    )


def _about(said: OutputRecord) -> Particulars:
    if isinstance(said, Duty):
        return Particulars(
            controller_id=said.controller_id,
            subject_id=said.subject_id,
            event_id=said.trigger_event_id,
            event_type=said.trigger_event_type,
            occurred_at=said.starts_at,
            recipient_id=said.recipient_id,
        )
    return Particulars(
        controller_id=said.controller_id,
        subject_id=said.subject_id,
        event_id=said.event_id,
        event_type=said.event_type,
        occurred_at=said.occurred_at,
        recipient_id=said.recipient_id,
        claimed_basis=said.claimed_basis,
    )
