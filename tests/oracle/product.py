"""The product's own judgement in the terms of the second reading.

Events enter as JSON bytes, as from Kafka, and are judged one after the other as they
arrive; what a reader of the output topics would hold at the end is the result.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from streams.core.decision import Decision
from streams.core.events import INSTANT_FIELDS
from streams.core.events import Event as CoreEvent
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.instants import EARLIEST, format_instant, parse_instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import UNDATED_ADEQUACY, Policy, PolicySettings
from streams.core.policy.dated_value import DatedValue
from streams.core.policy.registers import Registers
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.decode import Decoded, Rejected, decode
from tests.oracle import facts

_TYPES: dict[str, Any] = typing.get_type_hints(PolicySettings)
DURATIONS = {"soft_opt_in_max_age", "withdrawal_grace", "notify_deadline"}


def core_policy(settings: Mapping[str, Any]) -> Policy:
    """The product's policy for settings in the terms of the second reading."""
    wanted = {k: v for k, v in facts.with_defaults(settings).items() if k in _TYPES}
    for name in DURATIONS:
        wanted[name] = _milliseconds(wanted[name])
    delays = {method.value: 86_400_000 for method in PolicySettings().max_recording_delay}
    delays |= {m: _milliseconds(text) for m, text in wanted["max_recording_delay"].items()}
    wanted["max_recording_delay"] = delays
    return Policy(
        entries={
            name: (DatedValue(EARLIEST, msgspec.convert(value, _TYPES[name])),)
            for name, value in wanted.items()
        },
        registers=Registers(adequacy=UNDATED_ADEQUACY),
        assess_from=parse_instant(facts.with_defaults(settings)["assess_from"]),
    )


def _milliseconds(text: str) -> int:
    return round(facts.span(text).total_seconds() * 1000)


def plain(event: CoreEvent) -> facts.Event:
    """An event of the core in canonical JSON form."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return {
        k: format_instant(v) if k in INSTANT_FIELDS and v is not None else v
        for k, v in fields.items()
    }


def read(event: facts.Event) -> Decoded | Rejected:
    """An event through the product's own reader."""
    return decode(json.dumps(event).encode(), None)


def conclude(
    events: Iterable[facts.Event], policy: Policy, clock: str | None
) -> tuple[list[tuple[str, str, str | None]], list[tuple[str, str]]]:
    """The net findings and duties, in the form that the second reading gives them."""
    subjects: dict[tuple[str, str], Subject] = {}
    findings: dict[str, Finding] = {}
    duties: dict[str, Duty] = {}

    def keep(decision: Decision) -> None:
        findings.update({f.violation_id: f for f in decision.findings})
        duties.update({d.duty_id: d for d in decision.duties})

    for position, event in enumerate(events):
        decoded = read(event)
        assert isinstance(decoded, Decoded), decoded
        key = (event["controller_id"], event["subject_id"])
        subject = subjects.setdefault(key, Subject(ControllerId(key[0]), SubjectId(key[1])))
        fact = Fact(
            event=decoded.event,
            payload_hash=decoded.payload_hash,
            ingested_at=decoded.event.recorded_at,
            source=FactSource("stream", 0, position),
        )
        keep(judge(subject, fact, policy, None))
    if clock is not None:
        for subject in subjects.values():
            keep(judge_deadlines(subject, parse_instant(clock), policy))
    net = [
        (f.event_id, f.code, f.recipient_id if f.code == "RECIPIENT_NOT_NOTIFIED" else None)
        for f in findings.values()
        if f.status is not Status.RETRACTED
    ]
    raised = [
        (d.trigger_event_id, d.recipient_id)
        for d in duties.values()
        if d.status is not DutyStatus.RETRACTED
    ]
    return sorted(net, key=str), sorted(raised)
