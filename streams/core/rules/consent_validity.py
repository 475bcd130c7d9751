"""Is a grant valid in itself? Tests T7 to T11 (legal model 4.2).

The answer depends on the grant and on the policy at its instant alone.
"""

from __future__ import annotations

from typing import Final

from streams.core.consent_tests import ConsentTest
from streams.core.events import ConsentChange
from streams.core.policy import Policy, PolicySettings
from streams.core.policy.settings import UnknownAge
from streams.core.signals import Grant
from streams.core.targets import Target
from streams.core.vocabulary import (
    AFFIRMATIVE_METHODS,
    UNDER_SIXTEEN,
    AgeBand,
    Cause,
    Code,
    ContactDetail,
    Reason,
)

SHARE_CODES: Final[dict[ConsentTest, Code]] = {
    ConsentTest.RECORD: Code.NO_CONSENT,
    ConsentTest.PURPOSE: Code.CONSENT_OTHER_PURPOSE,
    ConsentTest.RECIPIENT: Code.CONSENT_OTHER_RECIPIENT,
    ConsentTest.RECIPIENT_NAMED: Code.CONSENT_RECIPIENT_NOT_NAMED,
    ConsentTest.DATA_CATEGORY: Code.CONSENT_OTHER_DATA_CATEGORY,
    ConsentTest.EXPIRY: Code.CONSENT_EXPIRED,
    ConsentTest.AFFIRMATIVE: Code.CONSENT_NOT_AFFIRMATIVE,
    ConsentTest.GUARDIAN: Code.CONSENT_MINOR_NO_GUARDIAN,
    ConsentTest.DEMONSTRABLE: Code.CONSENT_NOT_DEMONSTRABLE,
    ConsentTest.INFORMED: Code.CONSENT_NOT_INFORMED,
    ConsentTest.FREE_AND_SPECIFIC: Code.CONSENT_NOT_FREE_OR_SPECIFIC,
}
"""The code S07 to S17 that a failed test leads to on a share."""

REASONS: Final[dict[ConsentTest, Reason]] = {
    ConsentTest.PURPOSE: Reason.OTHER_PURPOSE,
    ConsentTest.RECIPIENT: Reason.OTHER_RECIPIENT,
    ConsentTest.RECIPIENT_NAMED: Reason.RECIPIENT_NOT_NAMED,
    ConsentTest.DATA_CATEGORY: Reason.OTHER_DATA_CATEGORY,
    ConsentTest.CHANNEL: Reason.OTHER_CHANNEL,
    ConsentTest.EXPIRY: Reason.EXPIRED,
    ConsentTest.AFFIRMATIVE: Reason.NOT_AFFIRMATIVE,
    ConsentTest.GUARDIAN: Reason.MINOR,
    ConsentTest.DEMONSTRABLE: Reason.NOT_DEMONSTRABLE,
    ConsentTest.INFORMED: Reason.NOT_INFORMED,
    ConsentTest.FREE_AND_SPECIFIC: Reason.NOT_FREE_OR_SPECIFIC,
}
"""The failed test as the reason of M11 and A01 (`reason_of`)."""

CODE_OF_REASON: Final[dict[Cause, Code]] = {
    Reason.NOTICE_DEFECTIVE: SHARE_CODES[ConsentTest.INFORMED],
    **{reason: SHARE_CODES[test] for test, reason in REASONS.items() if test in SHARE_CODES},
}
"""The code of the failed test that a reason of M11 names."""

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_UNKNOWN: Final = AgeBand.UNKNOWN
_UNDER_16: Final = UnknownAge.UNDER_16


def defects(grant: Grant, policy: Policy) -> tuple[ConsentTest, ...]:
    """The validity tests T7 to T11 that a grant fails, in order; empty for a valid one."""
    known = grant.validity
    if known is not None and known[0] is policy:
        return known[1]
    failed = tuple(_failed(grant.event, policy))
    grant.validity = (policy, failed)
    return failed


def defects_for(grant: Grant, target: Target, policy: Policy) -> tuple[ConsentTest, ...]:
    """The same for a target: a call can ask for a verified number (T9, P25)."""
    failed = defects(grant, policy)
    if not target.verified_phone or ContactDetail.PHONE in grant.event.verified_contact:
        return failed
    return tuple(sorted({*failed, ConsentTest.DEMONSTRABLE}))


def reason_of(test: ConsentTest, grant: Grant, policy: Policy, target: Target | None) -> Reason:
    """A failed test as the reason of a finding; more exactly where there is more to say."""
    if test is ConsentTest.INFORMED:
        version = grant.event.notice_version
        if version is not None and policy.index.is_defective(version, grant.at):
            return Reason.NOTICE_DEFECTIVE
    elif (
        test is ConsentTest.CHANNEL
        and target is not None
        and target.channel is not None
        and grant.covers_channel(target.channel)
    ):
        return Reason.OTHER_TOPIC
    return REASONS[test]


def _failed(event: ConsentChange, policy: Policy) -> list[ConsentTest]:
    settings = policy.at(event.occurred_at)
    failed = []
    if event.consent_method not in AFFIRMATIVE_METHODS:
        failed.append(ConsentTest.AFFIRMATIVE)
    if not _guarded(event, settings):
        failed.append(ConsentTest.GUARDIAN)
    if not _demonstrable(event, settings):
        failed.append(ConsentTest.DEMONSTRABLE)
    if not _informed(event, policy):
        failed.append(ConsentTest.INFORMED)
    if not _free_and_specific(event):
        failed.append(ConsentTest.FREE_AND_SPECIFIC)
    return failed


def _guarded(event: ConsentChange, settings: PolicySettings) -> bool:
    """T8, GDPR 8 and UAVG 5: under sixteen or under guardianship, the guardian consents."""
    minor = event.age_band in UNDER_SIXTEEN or (
        event.age_band in (None, _UNKNOWN) and settings.unknown_age is _UNDER_16
    )
    return bool(event.guardian_consent) or not (minor or event.under_guardianship)


def _demonstrable(event: ConsentChange, settings: PolicySettings) -> bool:
    """T9, GDPR 7(1): there is evidence, and it was recorded in time (back-dating guard)."""
    if event.evidence_ref is None or event.consent_method is None:
        return False
    delay = event.recorded_at - event.occurred_at
    return delay <= settings.max_recording_delay[event.consent_method]


def _informed(event: ConsentChange, policy: Policy) -> bool:
    """T10, GDPR 13: a known notice that states controller, purpose, recipients, withdrawal."""
    if event.notice_version is None:
        return False
    if policy.index.is_defective(event.notice_version, event.occurred_at):
        return False
    if not policy.index.knows_notices:
        return True
    notice = policy.index.notice(event.notice_version, event.occurred_at)
    if notice is None or notice.right_to_withdraw is False:
        return False
    return (
        notice.controller_id in (None, event.controller_id)
        and event.purposes[0] in notice.purposes
        and set(event.recipient_ids) <= set(notice.recipient_ids)
        and set(event.recipient_categories) <= set(notice.recipient_categories)
    )


def _free_and_specific(event: ConsentChange) -> bool:
    """T11, GDPR 7(2), 7(4): an act of its own, tied to nothing else."""
    return not (
        event.bundled_with_terms or event.condition_of_service or event.separate_act is False
    )
