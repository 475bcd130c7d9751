"""All that the rules say about one event: verdicts by slot and duties by recipient."""

from __future__ import annotations

from typing import Final, assert_never

from mypy_extensions import mypyc_attr

from streams.core.event_kinds import (
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import (
    Event,
)
from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.law import GDPR_APPLIES
from streams.core.policy import Policy
from streams.core.rules.capture import judge_capture
from streams.core.rules.duties import overdue, share_duties, signal_duties
from streams.core.rules.message_basis import judge_message_basis
from streams.core.rules.message_extras import judge_message_extras
from streams.core.rules.message_target import is_assessed, is_marketing
from streams.core.rules.share_basis import judge_basis
from streams.core.rules.share_extras import judge_extras
from streams.core.rules.share_roles import normalise
from streams.core.signals import Grant
from streams.core.slots import SLOTS, duty_slot
from streams.core.state import DutyState, Verdict
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.core.vocabulary import Code, ConsentAction

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_GDPR_APPLIES: Final[int] = GDPR_APPLIES


_NO_VERDICTS: Final[dict[Slot, Verdict]] = {}
_NO_DUTIES: Final[dict[RecipientId, DutyState]] = {}


@mypyc_attr(acyclic=True)
class Assessment:  # noqa: PLW1641 - no key of anything
    """The whole truth about one event, given the facts and the clock; never changed."""

    __slots__ = ("duties", "verdicts")

    def __init__(
        self,
        verdicts: dict[Slot, Verdict] = _NO_VERDICTS,
        duties: dict[RecipientId, DutyState] = _NO_DUTIES,
    ) -> None:
        self.verdicts = verdicts
        self.duties = duties

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Assessment)
            and self.verdicts == other.verdicts
            and self.duties == other.duties
        )


NOTHING: Final = Assessment()
"""Nothing to say, as of most events; it must not be changed."""


def assess(
    subject: Subject, record: SubjectRecord, policy: Policy, clock: Instant | None
) -> Assessment:
    """Evaluate one event from the subject's facts; a pure function of their set."""
    found = _assess(subject, record.event, policy, clock)
    if not record.conflicting:
        return found
    conflict = Verdict(code=Code.EVENT_ID_CONFLICT)
    return Assessment({**found.verdicts, SLOTS[conflict.code]: conflict}, found.duties)


def _assess(subject: Subject, event: Event, policy: Policy, clock: Instant | None) -> Assessment:
    if is_share(event):
        if not_assessed(event, policy):
            return NOTHING
        normal = normalise(event, policy)
        verdicts = judge_extras(event, normal, policy)
        verdicts += judge_basis(subject, event, normal, policy)
        if not verdicts:
            return NOTHING
        return _assessment(verdicts, share_duties(subject, event, verdicts, policy, clock))
    if is_message(event):
        if not_assessed(event, policy) or not is_marketing(event):
            return NOTHING
        verdicts = judge_message_extras(event)
        verdicts += judge_message_basis(subject, event, policy)
        return _assessment(verdicts) if verdicts else NOTHING
    if is_consent_change(event):
        if event.action is _GRANTED:
            verdicts = judge_capture(Grant(event), policy)
            return _assessment(verdicts) if verdicts else NOTHING
        duties = signal_duties(subject, event, policy, clock)
        return _assessment([], duties) if duties else NOTHING
    if is_purchase(event) or is_notification(event):
        return NOTHING  # facts that others are judged by
    assert_never(event)


def _assessment(
    verdicts: list[Verdict], duties: dict[RecipientId, DutyState] | None = None
) -> Assessment:
    """Every verdict in the slot of its code; what was not done in time in that of the duty."""
    found = {SLOTS[verdict.code]: verdict for verdict in verdicts}
    if not duties:
        return Assessment(found)
    for recipient_id, verdict in overdue(duties).items():
        found[duty_slot(recipient_id)] = verdict
    return Assessment(found, duties)


def not_assessed(event: Event, policy: Policy) -> bool:
    """Whether step 0 of legal model 4.2 and 4.3 says NOT_ASSESSED: no finding on the event.

    Shares and messages from before the GDPR, or before a start without consent history;
    and human calls of the opt-out era, where they are marketing.
    """
    if not (is_share(event) or is_message(event)):
        return False
    at = event.occurred_at
    if at < _GDPR_APPLIES or at < policy.assess_from:
        return True
    return is_message(event) and not is_assessed(event) and is_marketing(event)
