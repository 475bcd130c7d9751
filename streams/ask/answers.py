"""Would it be covered? One hypothetical event beside the stored facts of its person.

The rules are those that judge what happens; the event is judged beside the facts and never
becomes one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from streams.core.events import DataShare, MarketingMessage
from streams.core.identifiers import ConsentId, EventId, PayloadHash
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.render import DEGREES, severity
from streams.core.restriction import restricted_since
from streams.core.rules.assess import assess, not_assessed
from streams.core.rules.coverage import Standing
from streams.core.rules.message_target import consent_target, is_marketing
from streams.core.rules.share_roles import normalise
from streams.core.signals import Grant, expand
from streams.core.state import EventRow, Fact, FactSource, RefusalRow, Verdict
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.core.vocabulary import Channel, Code, DataCategory, EventType, Severity, Status


class CoveredBy(StrEnum):
    """What something that is covered rests on."""

    CONSENT = "CONSENT"
    SOFT_OPT_IN = "SOFT_OPT_IN"
    """The exception for customers (Tw 11.7(4))."""
    NONE_NEEDED = "NONE_NEEDED"
    """The rules ask for no consent here: see purpose, role and channel."""


class Uncovered(StrEnum):
    """Why something is not covered without a finding: what is not known is no permission."""

    NOTHING_STORED = "NOTHING_STORED"
    NOT_ASSESSED = "NOT_ASSESSED"
    """The norm does not judge it, so it does not allow it either (4.2 and 4.3, step 0)."""
    PROCESSING_RESTRICTED = "PROCESSING_RESTRICTED"
    """Nothing is shared of whom processing is restricted (GDPR 18(2)), and no fact is shown."""
    UNREAD_CONSENT_CHANGE = "UNREAD_CONSENT_CHANGE"
    """A consent change of the person could not be read; it may be a withdrawal."""


class Answer(NamedTuple):
    """Whether it is covered at an instant, by what, or which finding it would be.

    `code`, `reason` and `severity` are those of the heaviest finding, `codes` all of them. The
    consent is the newest that covers; with several data categories there may be more.
    `restricted_since` stands with PROCESSING_RESTRICTED.
    """

    covered: bool
    at: Instant
    basis: CoveredBy | None = None
    code: Code | None = None
    reason: str | None = None
    severity: Severity | None = None
    codes: tuple[Code, ...] = ()
    consent_ids: tuple[ConsentId, ...] = ()
    consent_event_ids: tuple[EventId, ...] = ()
    restricted_since: Instant | None = None


class AskedPerson:
    """The stored facts of one person, against whom any number of events can be asked about."""

    def __init__(
        self, subject: Subject, policy: Policy, restricted_since: Instant | None = None
    ) -> None:
        """With `restricted_since` processing of the person's data is: no answer rests on them."""
        subject.arrange(policy)
        self._restricted_since = restricted_since
        self._subject = subject
        self._policy = policy
        self._unread = any(
            row.event_type is EventType.CONSENT_CHANGE and row.status is not Status.REMEDIATED
            for row in subject.refusals.values()
        )

    def ask(self, event: DataShare | MarketingMessage) -> Answer:
        """The answer for one event, at the time at which it would occur."""
        at, policy, subject = event.occurred_at, self._policy, self._subject
        since = self._restricted_since
        if since is not None:
            reason = Uncovered.PROCESSING_RESTRICTED
            return Answer(covered=False, at=at, reason=reason, restricted_since=since)
        if not subject.records:
            return Answer(covered=False, at=at, reason=Uncovered.NOTHING_STORED)
        if not_assessed(event, policy):
            return Answer(covered=False, at=at, reason=Uncovered.NOT_ASSESSED)
        found = list(assess(subject, _hypothetical(event), policy, None).verdicts.values())
        violations = sorted(_violations(found), key=lambda one: DEGREES.index(severity(one)))
        if violations:
            worst = violations[0]
            return Answer(
                covered=False,
                at=at,
                code=worst.code,
                reason=worst.reason,
                severity=severity(worst),
                codes=tuple(one.code for one in violations),
            )
        if self._unread:
            return Answer(covered=False, at=at, reason=Uncovered.UNREAD_CONSENT_CHANGE)
        basis, grants = self._rests_on(event)
        return Answer(
            covered=True,
            at=at,
            basis=basis,
            consent_ids=tuple(one.consent_id for one in grants if one.consent_id is not None),
            consent_event_ids=tuple(one.event.event_id for one in grants),
        )

    def _rests_on(self, event: DataShare | MarketingMessage) -> tuple[CoveredBy, list[Grant]]:
        policy, at = self._policy, event.occurred_at
        categories: tuple[DataCategory | None, ...] = (None,)
        if isinstance(event, DataShare):
            normal = normalise(event, policy)
            if not normal.marketing:
                return CoveredBy.NONE_NEEDED, []
            targets = normal.targets
            categories = expand(event.data_categories) or categories
        elif is_marketing(event):
            targets = (consent_target(event, policy),)
        else:
            return CoveredBy.NONE_NEEDED, []
        standing = Standing(self._subject, targets, at, policy)
        covering = [standing.covering(category) for category in categories]
        grants = {id(one): one for one in covering if one is not None}
        if grants and None not in covering:
            newest_first = sorted(grants.values(), key=lambda one: one.order, reverse=True)
            return CoveredBy.CONSENT, newest_first
        if isinstance(event, MarketingMessage) and event.channel is not Channel.POST:
            return (
                CoveredBy.SOFT_OPT_IN,
                [],
            )  # nothing else allows one without consent (4.3, step 3)
        return CoveredBy.NONE_NEEDED, []


def person_of(
    subject: Subject, rows: Iterable[EventRow | RefusalRow], policy: Policy
) -> AskedPerson:
    """Fill an empty subject with stored facts, without anything that was said about them."""
    rows = list(rows)
    for row in rows:
        if isinstance(row, RefusalRow):
            subject.refuse(row)
        else:
            subject.add(EventRow(fact=row.fact, policy_digest=""))
    return AskedPerson(subject, policy, restricted_since(rows))


def _violations(found: Iterable[Verdict]) -> Iterator[Verdict]:
    return (one for one in found if severity(one) in DEGREES)


def _hypothetical(event: DataShare | MarketingMessage) -> SubjectRecord:
    """A record that stands nowhere."""
    fact = Fact(
        event=event,
        payload_hash=PayloadHash(""),
        ingested_at=event.occurred_at,
        source=FactSource("", -1, 0),
    )
    return SubjectRecord(fact, "", None)
