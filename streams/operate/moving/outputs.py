"""Findings and duties as their rows have them, at the revision that was published last."""

from __future__ import annotations

from collections.abc import Iterator

from streams.core.findings import OutputRecord
from streams.core.identifiers import SubjectKey, parse_subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.publications import History
from streams.core.refusals import finding_of
from streams.core.render import render_duty, render_finding
from streams.core.state import EventRow, RefusalRow
from streams.wire.rows import CorruptRow


def outputs_of(
    subject: SubjectKey, row: EventRow | RefusalRow, policy: Policy
) -> Iterator[OutputRecord]:
    """All that was published about the event of a row. Raises CorruptRow.

    A row does not keep `detected_at`: it is the time at which that revision was published or,
    of revisions of releases that did not record it, the ingestion time of the event.
    """
    identity = parse_subject_key(subject)
    if identity is None:
        raise CorruptRow("belongs to no subject", subject)
    if isinstance(row, RefusalRow):
        yield finding_of(*identity, row, policy, _at(row.history, row.arrived_at))
        return
    fact = row.fact
    for slot, one in sorted(row.published.items()):
        at = _at(one.history, fact.ingested_at)
        yield render_finding(fact.event, slot, one, policy, at=at)
    for recipient, owed in sorted(row.duties.items()):
        at = _at(owed.history, fact.ingested_at)
        yield render_duty(fact.event, recipient, owed, policy, at=at)


def _at(history: History | None, otherwise: Instant) -> Instant:
    return otherwise if history is None else history.at
