"""Everything that is stored of a person, in the order of law: facts, verdicts, duties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.core.event_kinds import event_key
from streams.core.findings import Duty, Finding
from streams.core.identifiers import EventKey, ViolationId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.publications import Publication
from streams.core.render import address, duty_address, render_duty, render_finding
from streams.core.state import EventRow, Fact
from streams.core.subject_record import rank_of
from streams.subject_access.disclosures import Disclosure, disclosures
from streams.subject_access.stored import StoredPerson


class Occurrence(NamedTuple):
    """A fact, and what is published about it now.

    `counts` is False for a payload that another one under the same event id outranks.
    `publications` are the revisions that are kept of each finding and duty, by its id.
    """

    fact: Fact
    counts: bool
    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]
    publications: Mapping[ViolationId, tuple[Publication, ...]]


class Person(NamedTuple):
    """A person as the stored facts show them; `occurrences` by the time at which they occurred."""

    stored: StoredPerson
    occurrences: tuple[Occurrence, ...]
    disclosures: tuple[Disclosure, ...]


def person_of(stored: StoredPerson, policy: Policy) -> Person:
    """Put what is stored in order, with the texts and the register of a policy."""
    best: dict[EventKey, EventRow] = {}
    for row in stored.rows:
        key = event_key(row.fact.event)
        if key not in best or rank_of(row) < rank_of(best[key]):
            best[key] = row
    occurrences = [
        _occurrence(row, policy, counts=best[event_key(row.fact.event)] is row)
        for row in sorted(stored.rows, key=_place)
    ]
    return Person(stored, tuple(occurrences), tuple(disclosures(stored.rows, policy)))


def _place(row: EventRow) -> tuple[Instant, str, str]:
    event = row.fact.event
    return event.occurred_at, event.event_id, row.fact.hash


def _occurrence(row: EventRow, policy: Policy, *, counts: bool) -> Occurrence:
    event = row.fact.event
    return Occurrence(
        row.fact,
        counts,
        tuple(
            render_finding(event, slot, published, policy, at=event.occurred_at)
            for slot, published in sorted(row.published.items())
        ),
        tuple(
            render_duty(event, recipient, owed, policy, at=event.occurred_at)
            for recipient, owed in sorted(row.duties.items())
        ),
        {
            **{address(event, slot): one.publications for slot, one in row.published.items()},
            **{duty_address(event, who): owed.publications for who, owed in row.duties.items()},
        },
    )
