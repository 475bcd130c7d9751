"""All that the rules say about one event: verdicts by slot and duties by recipient."""

from __future__ import annotations

import msgspec

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
)
from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.law import GDPR_APPLIES
from streams.core.policy import Policy
from streams.core.rules.capture import judge_capture
from streams.core.rules.duties import overdue, share_duties, signal_duties
from streams.core.rules.message_basis import is_assessed, is_marketing, judge_message_basis
from streams.core.rules.message_extras import judge_message_extras
from streams.core.rules.share_basis import judge_basis
from streams.core.rules.share_extras import judge_extras
from streams.core.rules.share_roles import normalise
from streams.core.signals import Grant
from streams.core.state import DutyState, Verdict
from streams.core.subject import Record, Subject
from streams.core.vocabulary import ConsentAction

CONFLICT_SLOT = Slot("Q:EVENT_ID_CONFLICT")


class Assessment(msgspec.Struct, frozen=True):
    """The whole truth about one event, given the facts and the clock."""

    verdicts: dict[Slot, Verdict] = {}
    duties: dict[RecipientId, DutyState] = {}


def assess(subject: Subject, record: Record, policy: Policy, clock: Instant | None) -> Assessment:
    """Evaluate one event from the subject's facts; a pure function of their set."""
    found = _assess(subject, record.event, policy, clock)
    if not record.conflicting:
        return found
    conflict = Verdict(code="EVENT_ID_CONFLICT")
    return Assessment({**found.verdicts, CONFLICT_SLOT: conflict}, found.duties)


def _assess(subject: Subject, event: Event, policy: Policy, clock: Instant | None) -> Assessment:
    match event:
        case DataShare() if _assessable(event, policy):
            normal = normalise(event, policy)
            verdicts = judge_extras(event, normal, policy)
            verdicts.update(judge_basis(subject, event, normal, policy))
            duties = share_duties(subject, event, verdicts, policy, clock)
            return Assessment({**verdicts, **overdue(duties)}, duties)
        case MarketingMessage() if _assessable(event, policy):
            if not is_marketing(event) or not is_assessed(event):
                return Assessment()
            verdicts = judge_message_extras(event)
            verdicts.update(judge_message_basis(subject, event, policy))
            return Assessment(verdicts)
        case ConsentChange(action=ConsentAction.GRANTED):
            return Assessment(judge_capture(Grant(event), policy))
        case ConsentChange():
            duties = signal_duties(subject, event, policy, clock)
            return Assessment(overdue(duties), duties)
    return Assessment()


def _assessable(event: DataShare | MarketingMessage, policy: Policy) -> bool:
    """Before the GDPR applied, or before a start without consent history: not assessed."""
    return event.occurred_at >= max(GDPR_APPLIES, policy.assess_from)
