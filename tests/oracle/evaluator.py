"""The whole judgement: events, settings and a clock in; net findings and duties out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tests.oracle.consents import defective
from tests.oracle.duties import judge_duties
from tests.oracle.facts import (
    Event,
    History,
    at,
    holds_raw_value,
    instant,
    with_defaults,
    without_duplicates,
)
from tests.oracle.messages import judge_message
from tests.oracle.shares import judge_share

Found = tuple[str, str, str | None]
Duty = tuple[str, str]


def evaluate(
    events: Iterable[Event],
    policy: Mapping[str, Any] | None = None,
    clock: str | None = None,
    *,
    received_at: str | None = None,
) -> tuple[list[Found], list[Duty]]:
    """Judge events in canonical JSON form.

    Args:
        events: In any order, with duplicates, of any number of persons.
        policy: The settings that differ from the defaults, by the names of legal model 6.
        clock: The instant up to which deadlines have passed; None: none has.
        received_at: The record time for FUTURE_TIMESTAMP; None: not tested.

    Returns:
        The findings as (event id, code, recipient of RECIPIENT_NOT_NOTIFIED) and the
        duties as (trigger event id, recipient), sorted.
    """
    settings = with_defaults(policy or {})
    passed = instant(clock) if clock else None
    findings: set[tuple[str, str, str, str | None]] = set()
    duties: set[tuple[str, str, str]] = set()
    persons: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        if holds_raw_value(event):
            findings.add((*_name(event), "RAW_PERSONAL_DATA_IN_EVENT", None))
        elif received_at and at(event) > instant(received_at) + timedelta(minutes=5):
            findings.add((*_name(event), "FUTURE_TIMESTAMP", None))
        else:
            persons.setdefault((event["controller_id"], event["subject_id"]), []).append(event)
    for (controller, _), theirs in persons.items():
        kept, rivals = without_duplicates(theirs)
        findings |= {(*_name(event), "EVENT_ID_CONFLICT", None) for event in rivals}
        history = History(controller, kept, settings)
        for event in kept:
            findings |= {(*_name(event), code, None) for code in judge(history, event)}
        raised, overdue = judge_duties(history, passed)
        duties |= set(raised)
        findings |= {(kind, e, "RECIPIENT_NOT_NOTIFIED", to) for kind, e, to in overdue}
    # Events of different types may share an id: then a line occurs twice.
    return sorted([found[1:] for found in findings], key=str), sorted([d[1:] for d in duties])


def _name(event: Event) -> tuple[str, str]:
    return event["event_type"], event["event_id"]


def judge(history: History, event: Event) -> list[str]:
    """The codes that one event bears by itself, as of its own instant."""
    match event["event_type"]:
        case "data-share":
            return judge_share(history, event)
        case "marketing-message":
            return judge_message(history, event)
        case "consent-change" if event["action"] == "GRANTED":
            return ["CONSENT_DEFECT_RECORDED"] if defective(history, event) else []
    return []
