"""The notebook of one person: when things happened, and what they must lead to.

A story says itself what must be found (`expect`, `owe`). Nothing is looked up in the
rules.
"""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any, TypeVar

import msgspec

from streams.core.events import Event
from streams.core.identifiers import EventId, SubjectId
from streams.core.instants import Duration, Instant, days, hours
from streams.core.vocabulary import Code
from streams.dev.samples.retailer import CONTROLLER, SampleRecipient
from streams.dev.samples.truth import ExpectedDuty, ExpectedFinding

WINDOW = days(240)
"""How far before `until` the everyday events reach back."""

NOTIFY_TERM = hours(72)
"""The term to notify recipients that the stories reckon with (P14's default)."""

_MARGIN = days(6)
_WAKING_HOURS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 21, 21, 22)
_E = TypeVar("_E", bound=Event)


class Notebook:
    """One subject's history and truth; every choice comes from the seed."""

    def __init__(self, *, seed: int, index: int, until: Instant, story: str) -> None:
        self.rng = Random(f"{seed}/{index}")
        self.until = until
        self.story = story
        pseudonym = hashlib.blake2b(f"{index}".encode(), key=f"sample-{seed}".encode())
        self.subject_id = SubjectId("s" + pseudonym.hexdigest()[:24])
        self.events: list[Event] = []
        self.findings: list[ExpectedFinding] = []
        self.duties: list[ExpectedDuty] = []
        self._code = f"{index:x}".rjust(6, "k")

    # When

    def start(self, span: Duration, *, margin: Duration = _MARGIN) -> Instant:
        """An instant in waking hours after which `span` and `margin` still fit before `until`."""
        latest = self.until - margin - span - days(1)
        day = self.rng.randrange(self.until - WINDOW, latest) // days(1)
        hour = self.rng.choice(_WAKING_HOURS)
        return Instant(day * days(1) + hours(hour) + self.rng.randrange(hours(1)))

    def between(self, low: Duration, high: Duration) -> Duration:
        """A length of time from `low` up to, not including, `high`."""
        return Duration(self.rng.randrange(low, high))

    def later(self, at: Instant, low: Duration, high: Duration) -> Instant:
        """An instant from `low` to `high` after `at`."""
        return Instant(at + self.between(low, high))

    # What must be found

    def expect(self, event: Event, *codes: str) -> None:
        """Each of `codes` must be found on `event`."""
        for code in codes:
            self.findings.append(
                ExpectedFinding(
                    subject_id=self.subject_id,
                    event_id=event.event_id,
                    code=code,
                    story=self.story,
                )
            )

    def owe(self, trigger: Event, recipient: SampleRecipient, *, settled: bool) -> None:
        """`trigger` must raise a duty to notify `recipient`; not settled in time (notified, or consent given again), it falls overdue."""
        self.duties.append(
            ExpectedDuty(
                subject_id=self.subject_id,
                trigger_event_id=trigger.event_id,
                recipient_id=recipient.id,
                story=self.story,
            )
        )
        if not settled:
            self.findings.append(
                ExpectedFinding(
                    subject_id=self.subject_id,
                    event_id=trigger.event_id,
                    code=Code.RECIPIENT_NOT_NOTIFIED,
                    story=self.story,
                    recipient_id=recipient.id,
                    true_after=Instant(trigger.occurred_at + NOTIFY_TERM),
                )
            )

    def _envelope(
        self, source: str, at: Instant, recorded: Instant | None = None
    ) -> dict[str, Any]:
        return {
            "event_id": EventId(f"{source}-{self._code}-{len(self.events)}"),
            "controller_id": CONTROLLER,
            "subject_id": self.subject_id,
            "occurred_at": at,
            "recorded_at": recorded or Instant(at + self.between(Duration(40), Duration(4_000))),
            "source_system": source,
        }

    def _write(self, event: _E, changes: dict[str, Any]) -> _E:
        if changes:
            event = msgspec.structs.replace(event, **changes)
        self.events.append(event)
        return event
