"""Findings and records for tests without a broker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from streams.core.events import Event
from streams.core.findings import Duty, Finding, id_of
from streams.core.identifiers import EventId, PayloadHash
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import default_policy
from streams.core.refusals import refuse
from streams.core.state import EventRow, Fact, FactSource, Refusal, RefusalRow
from streams.core.subject import Subject
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from streams.wire.findings import encode_duty, encode_finding
from streams.wire.progress import BATCH_HEADER

POLICY = default_policy()


@dataclass(frozen=True)
class At:
    """A record as a reader gives it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    topic: str = "consentry.violations"
    partition: int = 0
    timestamp: int = 0


def output_at(offset: int, one: Finding | Duty, batch: int | None, **fields: Any) -> At:
    """A finding or duty as a batch publishes it."""
    headers: list[tuple[str, bytes | None]] = []
    if batch is not None:
        headers.append((BATCH_HEADER, b"%d" % batch))
    value = encode_finding(one) if isinstance(one, Finding) else encode_duty(one)
    return At(offset, id_of(one).encode(), value, headers, **fields)


def fact_of(event: Event, offset: int, topic: str = "data-share") -> Fact:
    """An event as received."""
    return Fact(
        event=event,
        payload_hash=PayloadHash(payload_hash(event_record(event), plain=True)),
        ingested_at=Instant(event.occurred_at + 1000),
        source=FactSource(topic, 0, offset),
    )


@dataclass
class Live:
    """A subject judged event by event, with all that was published about it."""

    subject: Subject
    published: dict[str, Finding | Duty] = field(default_factory=dict)

    def judge(self, fact: Fact) -> None:
        """Take in a fact."""
        self._keep(judge(self.subject, fact, POLICY, None))

    def refuse(self, refusal: Refusal) -> None:
        """Take in a record that was refused."""
        self._keep(refuse(self.subject, refusal, POLICY, None))

    def pass_time(self, clock: Instant) -> None:
        """Take in that time has passed."""
        self._keep(judge_deadlines(self.subject, clock, POLICY))

    def _keep(self, decision: Any) -> None:
        self.published.update((one.violation_id, one) for one in decision.findings)
        self.published.update((f"{one.duty_id} duty", one) for one in decision.duties)

    @property
    def rows(self) -> list[EventRow | RefusalRow]:
        """What is stored of it."""
        records = self.subject.records.values()
        rows = [row for record in records for row in (record.row, *record.others)]
        return [*rows, *self.subject.refusals.values()]

    @property
    def standing(self) -> dict[str, tuple[Finding | Duty, int]]:
        """What stands on the topics, at offset 0."""
        return {name: (one, 0) for name, one in self.published.items()}

    def named(self, event_id: str, code: str) -> Finding:
        """One finding that was published."""
        [found] = [
            one
            for one in self.published.values()
            if isinstance(one, Finding) and (one.event_id, one.code) == (EventId(event_id), code)
        ]
        return found

    def duty(self, trigger: str) -> Duty:
        """The duty after one event."""
        [found] = [
            one
            for one in self.published.values()
            if isinstance(one, Duty) and one.trigger_event_id == EventId(trigger)
        ]
        return found
