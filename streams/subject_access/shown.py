"""A person's facts as values for programs and as lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from streams.check.report.facts import describe
from streams.core.findings import Duty, Finding
from streams.core.instants import format_instant
from streams.core.state import RefusalRow
from streams.subject_access.disclosures import Disclosure
from streams.subject_access.person import Occurrence, Person
from streams.wire.encode import event_to_json


def as_json(person: Person) -> dict[str, Any]:
    """All of it; events as producers send them."""
    stored = person.stored
    return {
        "controller_id": stored.controller_id,
        "subject_id": stored.subject_id,
        "recorded_until": None if stored.clock is None else format_instant(stored.clock),
        "being_judged": stored.in_work,
        "facts": [fact_as_json(one) for one in person.occurrences],
        "refused": [refused_as_json(one) for one in person.stored.refused],
        "recipients": [_recipient(one) for one in person.disclosures],
    }


def lines(person: Person) -> Iterator[str]:
    """One line for each fact, finding and duty, in the order of law; then what was refused."""
    for one in person.occurrences:
        event = one.fact.event
        set_aside = "" if one.counts else " (another record under this id counts)"
        yield f"{format_instant(event.occurred_at)}  {event.event_id}{set_aside}"
        yield f"  {describe(event).en}"
        for finding in one.findings:
            yield (
                f"  {finding.status.lower()}: {finding.code}, {finding.severity.lower()}, "
                f"revision {finding.revision}, {finding.violation_id}"
            )
        for duty in one.duties:
            yield (
                f"  duty {duty.status.lower()}: {duty.recipient_id}, due "
                f"{format_instant(duty.due_at)}, {duty.share_count} shares, {duty.duty_id}"
            )
    for row in person.stored.refused:
        yield f"refused: {row.event_type} {row.event_id}, {row.status.lower()}"


def refused_as_json(row: RefusalRow) -> dict[str, Any]:
    """Records that were refused under the type and id of an event."""
    at = row.occurred_at
    return {
        "event_type": row.event_type,
        "event_id": row.event_id,
        "occurred_at": None if at is None else format_instant(at),
        "status": row.status,
        "revision": row.revision,
    }


def fact_as_json(one: Occurrence) -> dict[str, Any]:
    """A fact, with the findings and duties about it."""
    fact = one.fact
    source = fact.source
    return {
        "event": json.loads(event_to_json(fact.event)),
        "counts": one.counts,
        "ingested_at": format_instant(fact.ingested_at),
        "source": {"topic": source.topic, "partition": source.partition, "offset": source.offset},
        "findings": [_finding(finding) for finding in one.findings],
        "duties": [_duty(duty) for duty in one.duties],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "violation_id": finding.violation_id,
        "code": finding.code,
        "severity": finding.severity,
        "status": finding.status,
        "revision": finding.revision,
        "finality": finding.finality,
        "reason": finding.reason,
        "explanation_en": finding.explanation_en,
        "explanation_nl": finding.explanation_nl,
    }


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "duty_id": duty.duty_id,
        "recipient_id": duty.recipient_id,
        "trigger": duty.trigger,
        "status": duty.status,
        "revision": duty.revision,
        "due_at": format_instant(duty.due_at),
        "notified_at": None if duty.notified_at is None else format_instant(duty.notified_at),
        "share_count": duty.share_count,
    }


def _recipient(one: Disclosure) -> dict[str, Any]:
    return {
        "recipient_id": one.recipient_id,
        "legal_entity": one.legal_entity,
        "country": one.country,
        "role": one.role,
        "received_at": [format_instant(at) for at in one.instants],
        "purposes": list(one.purposes),
        "data_categories": list(one.data_categories),
        "shares_without_categories": one.uncategorised,
    }
