"""Why there is a finding or duty, and what was known when: from the stored rows of its person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.check.decided_by import Moment, duty_timeline, timeline
from streams.core.events import Event
from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.publications import Publication
from streams.core.refusals import finding_of
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.subject_access.located import IdKind
from streams.subject_access.person import Occurrence, Person, person_of
from streams.subject_access.stored import StoredPerson


class Explained(NamedTuple):
    """A finding or duty, the facts behind it in order of time, and its revisions in order.

    `output` is worded by the policy that was read; when it was published, and under which
    policy, the publications say. `arrived` has, for each publication, the events that
    arrived at its instant: what brought it, where time alone did not.
    """

    output: OutputRecord
    moments: tuple[Moment, ...]
    publications: tuple[Publication, ...]
    arrived: tuple[tuple[Event, ...], ...]


class Explanation(NamedTuple):
    """What is stored under one id: the facts of an event or person, and all about them."""

    kind: IdKind
    person: Person
    occurrences: tuple[Occurrence, ...]
    refused: tuple[RefusalRow, ...]
    explained: tuple[Explained, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is stored under the id."""
        return not (self.occurrences or self.refused or self.explained)


def explain(kind: IdKind, one_id: str, stored: StoredPerson, policy: Policy) -> Explanation:
    """Explain what an id of that kind names; with nothing explained where it is not there."""
    person = person_of(stored, policy)
    rows: list[EventRow | RefusalRow] = [*stored.rows, *stored.refused]
    subject = Subject.from_rows(stored.controller_id, stored.subject_id, rows)
    occurrences, refused = person.occurrences, stored.refused
    if kind is IdKind.EVENT:
        occurrences = tuple(one for one in occurrences if one.fact.event.event_id == one_id)
        refused = tuple(one for one in refused if one.event_id == one_id)
    arrivals = _arrivals(stored.rows)
    found = [
        Explained(output, moments, published, tuple(arrivals.get(one.at, ()) for one in published))
        for output, moments, published in (
            *_outputs(occurrences, subject, policy),
            *_refusals(refused, subject, policy),
        )
    ]
    if kind in (IdKind.FINDING, IdKind.DUTY):
        address = Finding if kind is IdKind.FINDING else Duty, one_id.lower()
        found = [one for one in found if (type(one.output), id_of(one.output)) == address]
        occurrences = refused = ()
    return Explanation(kind, person, occurrences, refused, tuple(found))


def id_of(output: OutputRecord) -> str:
    """The id of a finding or duty."""
    return output.violation_id if isinstance(output, Finding) else output.duty_id


_Said = tuple[OutputRecord, tuple[Moment, ...], tuple[Publication, ...]]


def _outputs(
    occurrences: tuple[Occurrence, ...], subject: Subject, policy: Policy
) -> Iterator[_Said]:
    for one in occurrences:
        for finding in one.findings:
            published = one.publications[finding.violation_id]
            yield finding, timeline(subject, finding, policy), published
        for duty in one.duties:
            yield duty, duty_timeline(subject, duty), one.publications[duty.duty_id]


def _refusals(refused: tuple[RefusalRow, ...], subject: Subject, policy: Policy) -> Iterator[_Said]:
    who = subject.controller_id, subject.subject_id
    for row in refused:
        finding = finding_of(*who, row, policy, row.arrived_at)
        yield finding, timeline(subject, finding, policy), row.publications


def _arrivals(rows: Iterable[EventRow]) -> dict[Instant | None, tuple[Event, ...]]:
    """The events by when they arrived, as publications have it."""
    found: dict[Instant | None, tuple[Event, ...]] = {}
    for row in rows:
        at = row.fact.ingested_at if row.taken_at is None else row.taken_at
        found[at] = (*found.get(at, ()), row.fact.event)
    return found
