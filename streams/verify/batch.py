"""All facts of a subject judged in one go: each event once, with all of them in view.

Nothing here goes step by step: what the worker reaches by judging again what late facts
can change, a batch has at once. That both give the same is what is verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.refusals import net as about_refused
from streams.core.revise import revise
from streams.core.rules.assess import assess
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject


class SubjectNet(NamedTuple):
    """What the facts of one subject give, each with revision 1."""

    subject: Subject
    findings: list[Finding]
    duties: list[Duty]


def evaluate(
    controller_id: ControllerId,
    subject_id: SubjectId,
    rows: Iterable[EventRow | RefusalRow],
    policy: Policy,
    clock: Instant | None,
) -> SubjectNet:
    """The net findings and duties of the facts, and of the refused ids, that rows hold.

    No two facts share event id and payload hash. `clock` is the instant up to which time has passed, None: deadlines stand still.
    """
    subject = Subject(controller_id, subject_id)
    for row in rows:
        if isinstance(row, RefusalRow):
            subject.refuse(row)
        else:
            subject.add(EventRow(fact=row.fact, policy_digest="", erases=row.erases))
    net = SubjectNet(subject, [], [])
    for record in subject.records.values():
        revision = revise(
            record.row,
            assess(subject, record, policy, clock),
            policy,
            at=record.event.occurred_at,
            clock=clock,
            late=False,
            fresh=True,
            restate=False,
        )
        assert revision.row is not None  # it is new
        record.row = revision.row
        net.findings.extend(revision.findings)
        net.duties.extend(revision.duties)
    net.findings.extend(about_refused(subject, row, policy) for row in subject.refusals.values())
    return net
