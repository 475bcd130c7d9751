"""What stays of a person who is erased (GDPR 17; legal model 4.5): that it was, and when.

The fact is an erasure request without any other data. So a share after it is still one after
an objection (GDPR 21), which nobody could know if nothing were kept.
"""

from __future__ import annotations

import msgspec

from streams.core.decision import Decision
from streams.core.events import ConsentChange
from streams.core.identifiers import ControllerId, EventId, SubjectId
from streams.core.instants import Instant
from streams.core.judge import judge
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.core.vocabulary import ConsentAction


def erasure(
    controller_id: ControllerId, subject_id: SubjectId, event_id: EventId, at: Instant
) -> ConsentChange:
    """The event that stays, of the instant `at`."""
    return ConsentChange(
        event_id=event_id,
        controller_id=controller_id,
        subject_id=subject_id,
        occurred_at=at,
        recorded_at=at,
        action=ConsentAction.ERASED,
    )


def erased(
    fact: Fact, policy: Policy, clock: Instant | None, restricted_since: Instant | None = None
) -> tuple[Subject, Decision]:
    """A person of whom nothing is known but this fact, an `erasure`, and what is to be stored.

    A restriction of processing goes on: it is lifted by a command of its own (GDPR 18(3)).
    """
    event = fact.event
    decision = judge(Subject(event.controller_id, event.subject_id), fact, policy, clock)
    rows = tuple(
        msgspec.structs.replace(row, erases=True, restricted_since=restricted_since)
        for row in decision.rows
    )
    subject = Subject.from_rows(event.controller_id, event.subject_id, rows)
    return subject, decision.with_rows(rows)
