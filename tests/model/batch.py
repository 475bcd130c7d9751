"""What one evaluation of the facts gives, to be compared with what stands on the topics."""

from __future__ import annotations

from typing import Any

from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy
from streams.core.subject import Subject
from tests.model.committed import Net, net_of
from tests.model.traffic import Sent


def batch(sent: list[Sent], clock: Instant | None, policy: Policy) -> tuple[Net, Net]:
    """One evaluation of a subject's facts in legal order."""
    facts = {(fact.event.event_id, fact.hash): fact for fact in (one.fact for one in sent)}
    ordered = sorted(facts.values(), key=lambda f: (f.event.occurred_at, f.event.event_id, f.hash))
    subject = Subject(ordered[0].event.controller_id, ordered[0].event.subject_id)
    decisions = [judge(subject, fact, policy, None) for fact in ordered]
    if clock is not None:
        decisions.append(judge_deadlines(subject, clock, policy))
    findings = {one.violation_id: one for decision in decisions for one in decision.findings}
    duties = {one.duty_id: one for decision in decisions for one in decision.duties}
    return net_of(findings.values(), duties.values())


def in_short(findings: Net, duties: Net, people: set[Any]) -> tuple[list[Any], list[Any]]:
    """In the form in which the second reading gives its results."""
    short = [
        (f["event_id"], f["code"], f["recipient_id"] if "NOTIFIED" in f["code"] else None)
        for f in findings.values()
        if (f["controller_id"], f["subject_id"]) in people
    ]
    raised = [
        (d["trigger_event_id"], d["recipient_id"])
        for d in duties.values()
        if (d["controller_id"], d["subject_id"]) in people
    ]
    return sorted(set(short), key=str), sorted(set(raised))
