"""Publish again what a row says was published: an output topic has lost it.

Revision, status and reason stay. Texts and versions are those of the policy and release now,
as in any verdict that is published; `detected_at` is when the revision was published first.
"""

from __future__ import annotations

from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.policy import Policy
from streams.core.refusals import finding_of
from streams.core.render import render_duty, render_finding
from streams.core.state import EventRow, RefusalRow


def restate(
    controller_id: ControllerId,
    subject_id: SubjectId,
    row: EventRow | RefusalRow,
    policy: Policy,
) -> tuple[list[Finding], list[Duty]]:
    """The findings and duties of one row, retracted ones too: a reader may hold earlier ones."""
    if isinstance(row, RefusalRow):
        at = row.arrived_at if row.history is None else row.history.at
        return [finding_of(controller_id, subject_id, row, policy, at)], []
    event, then = row.fact.event, row.fact.ingested_at
    findings = [
        render_finding(event, slot, one, policy, at=then if one.history is None else one.history.at)
        for slot, one in sorted(row.published.items())
    ]
    duties = [
        render_duty(event, who, one, policy, at=then if one.history is None else one.history.at)
        for who, one in sorted(row.duties.items())
    ]
    return findings, duties
