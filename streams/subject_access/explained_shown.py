"""What `consentry explain` shows of stored facts, as values for programs and lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from streams.check.decided_by import Moment, Part
from streams.check.report.cards import describe_moment
from streams.check.report.facts import describe
from streams.core.events import Event
from streams.core.findings import Finding, OutputRecord
from streams.core.instants import Instant, format_instant
from streams.core.publications import Publication, dropped
from streams.core.render import event_type
from streams.subject_access.explanation import Explained, Explanation
from streams.subject_access.located import IdKind
from streams.subject_access.shown import fact_as_json, refused_as_json
from streams.wire.encode import event_to_json
from streams.wire.findings import duty_to_json, finding_to_json

PolicyNames = Mapping[str, str]
"""Versions of policies by the first eight digits of their digests, which end them."""

_UNRECORDED: Final = ("law_version", "policy_version", "rule_version")
"""Fields that a row does not keep: the history names the policy of each revision."""


_DIGITS: Final = 8
_ARRIVED: Final = 3
"""How many of the events that arrived at one instant are shown to people."""


def as_json(found: Explanation, policies: PolicyNames) -> dict[str, Any]:
    """All of it; of a finding or duty alone in the form that `explain` always had."""
    stored = found.person.stored
    head = {
        "kind": found.kind.value,
        "controller_id": stored.controller_id,
        "subject_id": stored.subject_id,
        "recorded_until": _time(stored.clock),
        "being_judged": stored.in_work,
    }
    outputs = [_explained(one, policies) for one in found.explained]
    if found.kind in (IdKind.FINDING, IdKind.DUTY):
        return head | outputs[0]
    return head | {
        "events": [fact_as_json(one) for one in found.occurrences],
        "refused": [refused_as_json(one) for one in found.refused],
        "explained": outputs,
    }


def event_lines(event: Event, *, counts: bool = True) -> Iterator[str]:
    """An event: when, its id, and what happened."""
    set_aside = "" if counts else " (another record under this id counts)"
    yield f"{format_instant(event.occurred_at)}  {event.event_id}{set_aside}"
    yield f"  {describe(event).en}"


def heading(output: OutputRecord) -> str:
    """A finding or duty in one line."""
    if isinstance(output, Finding):
        about = f"{output.severity.lower()}, {output.violation_id}"
        return f"{output.code}, {output.status.lower()}, {about}"
    until = format_instant(output.due_at)
    about = f"towards {output.recipient_id}, due {until}, {output.duty_id}"
    return f"{output.code}, {output.status.lower()}, {about}"


def moment_lines(moments: tuple[Moment, ...]) -> Iterator[str]:
    """The facts that decided it, oldest first; the event itself has a mark."""
    for one in moments:
        mark = ">" if one.part is Part.EVENT else " "
        when = " " * 24 if one.part is Part.MORE else format_instant(one.at)
        yield f"{mark} {when}  {describe_moment(one).en}"


def history_lines(explained: Explained, policies: PolicyNames) -> Iterator[str]:
    """Each revision that is kept: when, status, code, reason, policy, and what arrived then."""
    published = explained.publications
    first, missing = published[0], dropped(published)
    if first.revision > 1:
        yield f"(before revision {first.revision}: not recorded by the release that published it)"
    for one, arrived in zip(published, explained.arrived, strict=True):
        at = "time not recorded" if one.at is None else format_instant(one.at)
        reason = f", {one.reason}" if one.reason else ""
        final = ", FINAL" if one.final else ""
        policy = _named(one, policies)
        yield (
            f"revision {one.revision}  {at}  {one.status}  {one.code}{reason}{final}  "
            f"policy {policy}"
        )
        for event in arrived[:_ARRIVED]:
            yield f"  {event_type(event)} {event.event_id} arrived: {describe(event).en}"
        if one is first and missing:
            yield f"({missing} revisions between these are not kept)"


def _explained(one: Explained, policies: PolicyNames) -> dict[str, Any]:
    output = one.output
    known_at = _time(one.publications[-1].at)
    if isinstance(output, Finding):
        values = {"finding": finding_to_json(output) | {"detected_at": known_at}}
    else:
        values = {"duty": duty_to_json(output) | {"detected_at": known_at}}
    for record in values.values():
        record.update(dict.fromkeys(_UNRECORDED))
    return values | {
        "facts": [_moment(moment) for moment in one.moments],
        "history": [
            _publication(publication, arrived, policies)
            for publication, arrived in zip(one.publications, one.arrived, strict=True)
        ],
        "history_not_kept": dropped(one.publications),
    }


def _moment(one: Moment) -> dict[str, Any]:
    text = describe_moment(one)
    return {
        "at": None if one.part is Part.MORE else format_instant(one.at),
        "part": one.part.value,
        "event": None if one.event is None else json.loads(event_to_json(one.event)),
        "text_en": text.en,
        "text_nl": text.nl,
    }


def _publication(
    one: Publication, arrived: tuple[Event, ...], policies: PolicyNames
) -> dict[str, Any]:
    return {
        "revision": one.revision,
        "at": _time(one.at),
        "status": one.status,
        "code": one.code,
        "reason": one.reason,
        "final": one.final,
        "policy_digest": one.basis or None,
        "policy_version": policies.get(one.basis[:_DIGITS]),
        "arrived": [
            {"event_type": event_type(event), "event_id": event.event_id} for event in arrived
        ],
    }


def _named(one: Publication, policies: PolicyNames) -> str:
    if not one.basis:
        return "not recorded"
    return policies.get(one.basis[:_DIGITS], f"digest {one.basis}")


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
