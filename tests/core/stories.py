"""What is found in a story, and what is owed, whatever the order of arrival.

found(grant(0), withdraw(1), share(2)) == {"share": "S02"}
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

from streams.core.codes import CODES
from streams.core.decision import Decision
from streams.core.events import Event
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, PayloadHash, SubjectId
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy, fixed_policy
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import Code, DutyStatus, Status
from tests.core.builders import When, moment

POLICY = fixed_policy(similar_products=(("COFFEE", "TEA"),))
"""The defaults, with coffee and tea held for similar."""


class Story:
    """One subject whose events arrive one after the other; keeps what a reader holds."""

    def __init__(self, policy: Policy = POLICY, clock: When | None = None) -> None:
        self.policy = policy
        self.clock = None if clock is None else moment(clock)
        self.subject = Subject(ControllerId("OURCO"), SubjectId("s-1"))
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self.published: list[Finding] = []
        """Every finding published, revision after revision."""
        self.decisions: list[Decision] = []
        self._arrived = 0

    def take(self, *events: Event) -> Story:
        """Judge events in this order of arrival."""
        for event in events:
            source = FactSource("stream", 0, self._arrived)
            digest = PayloadHash(sha256(msgspec.json.encode(event)).hexdigest())
            fact = Fact(
                event=event,
                payload_hash=digest,
                ingested_at=event.recorded_at,
                source=source,
            )
            self._arrived += 1
            self._keep(judge(self.subject, fact, self.policy, self.clock))
        return self

    def tick(self, when: When, ms: int = 0) -> Story:
        """Let time pass up to an instant."""
        self.clock = moment(when, ms)
        self._keep(judge_deadlines(self.subject, self.clock, self.policy))
        return self

    def _keep(self, decision: Decision) -> None:
        self.decisions.append(decision)
        self.published.extend(decision.findings)
        self.findings.update({f.violation_id: f for f in decision.findings})
        self.duties.update({d.duty_id: d for d in decision.duties})

    @property
    def open(self) -> list[Finding]:
        """The findings that stand."""
        return [f for f in self.findings.values() if f.status is not Status.RETRACTED]

    def found(self) -> dict[str, str]:
        """The codes that stand by event, as numbers of the catalogue: `S02 S24`."""
        by_event: dict[str, list[str]] = {}
        for finding in self.open:
            by_event.setdefault(finding.event_id, []).append(CODES[Code(finding.code)].number)
        return {event: " ".join(sorted(numbers)) for event, numbers in by_event.items()}

    def finding(self, number: str) -> Finding:
        """The one finding that stands with a number."""
        (one,) = (f for f in self.open if CODES[Code(f.code)].number == number)
        return one

    def owed(self) -> dict[tuple[str, str], str]:
        """The duties raised, by trigger and recipient, with their status."""
        return {
            (d.trigger_event_id, d.recipient_id): d.status.value
            for d in self.duties.values()
            if d.status is not DutyStatus.RETRACTED
        }


def story(*events: Event, policy: Policy = POLICY, clock: When | None = None) -> Story:
    """A story whose events have different ids, run to its end."""
    ids = [event.event_id for event in events]
    assert len(set(ids)) == len(ids), "two events of a story need different ids"
    return Story(policy, clock).take(*events)


def found(*events: Event, policy: Policy = POLICY, clock: When | None = None) -> dict[str, str]:
    """What is found in the end, by event."""
    return story(*events, policy=policy, clock=clock).found()


def owed(
    *events: Event, policy: Policy = POLICY, clock: When | None = None
) -> dict[tuple[str, str], str]:
    """Who must be notified in the end."""
    return story(*events, policy=policy, clock=clock).owed()


def with_policy(**settings: Any) -> Policy:
    """The policy of the stories with other settings."""
    return fixed_policy(**({"similar_products": (("COFFEE", "TEA"),)} | settings))
