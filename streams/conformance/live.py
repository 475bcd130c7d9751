"""The cases through a real worker: events in arrival order, then time, then the outputs.

All cases share one run, so that the topics need be made once. Their subjects keep them
apart; cases that share a subject go into runs of their own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec

from streams.conformance.bus import CaseBus, CasePlace
from streams.conformance.cases import DEFAULTS, Case
from streams.conformance.net import CaseNet, net_of
from streams.core.findings import Duty, Finding
from streams.core.identifiers import KEY_SEPARATOR, EventId
from streams.core.instants import Instant, parse_instant
from streams.core.policy import UNDATED_ADEQUACY
from streams.core.vocabulary import DutyStatus, EventType, Status
from streams.topics import explain
from streams.wire.findings import decode_duty, decode_finding

Say = Callable[[str], None]

_TYPES: Final = {kind.value: kind for kind in EventType}


def policy_text() -> str:
    """The policy of all cases as a policy file."""
    lines = ['version = "conformance"']
    lines += [f"{name} = {json.dumps(value)}" for name, value in DEFAULTS.items()]
    for entry in UNDATED_ADEQUACY:
        lines += ["[[registers.adequacy]]", f'country = "{entry.country}"']
        if entry.mechanism is not None:
            lines.append(f'mechanism = "{entry.mechanism}"')
    return "\n".join(lines) + "\n"


def run_through_broker(cases: Sequence[Case], broker: str, say: Say) -> list[tuple[Case, CaseNet]]:
    """Run cases of the common policy on the Kafka at `broker`.

    Raises ConsentryError where the Kafka or the worker fails.
    """
    from kafka.errors import KafkaError

    results: dict[str, CaseNet] = {}
    for group in apart(cases):
        made = CaseBus(broker, policy_text())
        try:
            with made as bus:
                say(f"worker ready on topics {bus.settings.topic_prefix}*; {len(group)} cases")
                results |= _run(group, bus, say)
        except KafkaError as error:
            raise explain(error, made.settings.connection) from None
    return [(case, results[case.name]) for case in cases]


def apart(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Groups of cases in which no two share a subject."""
    groups: list[tuple[list[Case], set[bytes | None]]] = []
    for case in cases:
        keys = {_subject_key_of(msgspec.json.decode(value)) for value in case.events} - {None}
        for members, taken in groups:
            if not keys & taken:
                members.append(case)
                taken.update(keys)
                break
        else:
            groups.append(([case], keys))
    for members, _ in groups:
        yield members


class _Origins:
    """Which case an output belongs to: by subject, else by the record that it names."""

    def __init__(self) -> None:
        self._by_subject: dict[tuple[str | None, str | None], Case] = {}
        self._by_event: dict[str, Case] = {}
        self._by_reference: dict[str, tuple[Case, int]] = {}

    def note(self, case: Case, number: int, event: Any, place: CasePlace) -> None:
        """An event of a case, the how-manieth it is, and where it stands."""
        if isinstance(event, dict):
            subject = event.get("controller_id"), event.get("subject_id")
            if all(isinstance(part, str) for part in subject):
                self._by_subject[subject] = case
            if isinstance(event.get("event_id"), str):
                self._by_event.setdefault(event["event_id"], case)
        reference = f"{place.topic}/{place.partition}/{place.offset}"
        self._by_reference[reference] = case, number

    def of_finding(self, finding: Finding) -> tuple[Case | None, Finding]:
        """The case, and the finding as an offline run would name its record."""
        if finding.event_id in self._by_reference:
            case, number = self._by_reference[finding.event_id]
            named = EventId(f"{case.name}:{number}")
            return case, msgspec.structs.replace(finding, event_id=named)
        subject = finding.controller_id, finding.subject_id
        found = self._by_subject.get(subject) or self._by_event.get(finding.event_id)
        return found, finding

    def of_duty(self, duty: Duty) -> Case | None:
        """The case of a duty."""
        return self._by_subject.get((duty.controller_id, duty.subject_id))


def _run(cases: Sequence[Case], bus: CaseBus, say: Say) -> dict[str, CaseNet]:
    names = bus.settings.topics
    origins = _Origins()
    stamps = {case.name: _stamp(case) for case in cases}
    began = time.monotonic()
    # Event by event: the topics of one case are parted, so only waiting keeps its order.
    for number, values in enumerate(zip_longest(*(case.events for case in cases)), start=1):
        sent = [
            (case, json.loads(value), value)
            for case, value in zip(cases, values, strict=True)
            if value is not None
        ]
        places = bus.send(
            (_topic(event, bus), _subject_key_of(event), value, stamps[case.name])
            for case, event, value in sent
        )
        for (case, event, _), place in zip(sent, places, strict=True):
            origins.note(case, number, event, place)
        bus.settle()
    total = sum(len(case.events) for case in cases)
    say(f"{total} events judged in arrival order in {time.monotonic() - began:.1f} s")
    timeless = {topic: bus.ends(topic) for topic in (names.violations, names.duties)}
    clocks = sorted({case.clock for case in cases if case.clock is not None})
    bus.tick(clocks)
    bus.settle()
    say(f"time passed by {len(clocks)} ticks a partition")
    return _fold(cases, bus, origins, timeless)


def _fold(
    cases: Sequence[Case], bus: CaseBus, origins: _Origins, timeless: dict[str, dict[int, int]]
) -> dict[str, CaseNet]:
    """The highest revision of each finding and duty that its case's clock has seen.

    What stands before the first tick has seen no time; what a tick caused is stamped
    with it, and counts for cases whose clock is not earlier.
    """
    names = bus.settings.topics
    findings: dict[str, dict[str, Finding]] = {case.name: {} for case in cases}
    duties: dict[str, dict[str, Duty]] = {case.name: {} for case in cases}
    for place, value in bus.outputs(names.violations):
        case, finding = origins.of_finding(decode_finding(value))
        if case is not None and _seen(case, finding.detected_at, place, timeless):
            held = findings[case.name].get(finding.violation_id)
            if held is None or finding.revision > held.revision:
                findings[case.name][finding.violation_id] = finding
    for place, value in bus.outputs(names.duties):
        duty = decode_duty(value)
        case = origins.of_duty(duty)
        if case is not None and _seen(case, duty.detected_at, place, timeless):
            published = duties[case.name].get(duty.duty_id)
            if published is None or duty.revision > published.revision:
                duties[case.name][duty.duty_id] = duty
    return {
        case.name: net_of(
            (f for f in findings[case.name].values() if f.status is not Status.RETRACTED),
            (d for d in duties[case.name].values() if d.status is not DutyStatus.RETRACTED),
        )
        for case in cases
    }


def _seen(
    case: Case, detected_at: Instant, place: CasePlace, timeless: dict[str, dict[int, int]]
) -> bool:
    if place.offset < timeless[place.topic][place.partition]:
        return True
    return case.clock is not None and detected_at <= case.clock


def _topic(event: Any, bus: CaseBus) -> str:
    """The topic of an event's type; what has none goes to the first, to be set aside."""
    inputs = bus.settings.topics.inputs
    name = event.get("event_type") if isinstance(event, dict) else None
    kind = _TYPES.get(name) if isinstance(name, str) else None
    return inputs[kind or EventType.CONSENT_CHANGE]


def _stamp(case: Case) -> Instant:
    """The record timestamp: the clock; without one, the newest event.

    So nothing of the case comes from the future: Q04 is not tested without a clock.
    """
    if case.clock is not None:
        return case.clock
    newest = 0
    for value in case.events:
        event = msgspec.json.decode(value)
        text = event.get("occurred_at") if isinstance(event, dict) else None
        try:
            newest = max(newest, parse_instant(text)) if isinstance(text, str) else newest
        except ValueError:
            continue
    return Instant(newest)


def _subject_key_of(event: object) -> bytes | None:
    """The Kafka key of an event as its producer would set it, or None for no event."""
    if not isinstance(event, dict):
        return None
    controller, subject = event.get("controller_id"), event.get("subject_id")
    if not isinstance(controller, str) or not isinstance(subject, str):
        return None
    return f"{controller}{KEY_SEPARATOR}{subject}".encode()
