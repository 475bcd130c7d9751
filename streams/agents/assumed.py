"""Count what a worker reads in favour of lawfulness while it judges (legal model 4.9)."""

from __future__ import annotations

from streams.core.event_kinds import is_consent_change
from streams.core.left_out import left_out, misspelt, recipient_of
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.measures.assumption_counts import OTHER, AssumptionCounts


def count_assumptions(
    subject: Subject, fact: Fact, policy: Policy, counts: AssumptionCounts
) -> None:
    """Count those of a fact that was judged just now, where its payload counts (4.5).

    A recipient that the register does not list is counted as another one: metrics name only
    recipients that the controller itself has entered.
    """
    event = fact.event
    fields, notes = left_out(event, policy), []
    if is_consent_change(event) and (event.via is not None or event.actor is not None):
        notes = misspelt(event)
    if not fields and not notes:
        return
    counting = subject.records.of(event)
    if counting is None or counting.event is not event:
        return
    source, recipient = event.source_system or "", recipient_of(event) or ""
    if recipient and not policy.index.lists(recipient):
        recipient = OTHER
    for field in fields:
        counts.count_key((field, source, recipient, False))
    for field in notes:
        counts.count_key((field, source, recipient, True))
