"""On what basis was a message sent? Codes M01 to M11 and S26 (legal model 4.3)."""

from __future__ import annotations

from typing import Final

from streams.core.consent_tests import ConsentTest
from streams.core.events import ConsentChange, MarketingMessage, Purchase
from streams.core.policy import Policy
from streams.core.rules.consent_validity import SHARE_CODES
from streams.core.rules.coverage import Standing
from streams.core.rules.message_target import (
    consent_target,
    is_own_offer,
    own_marketing_target,
)
from streams.core.rules.rule import SCOPE, VALIDITY, Rule
from streams.core.rules.soft_opt_in import (
    CODES,
    OF_A_SALE,
    has_customer_exception,
    soft_opt_in_miss,
)
from streams.core.signals import Signal
from streams.core.state import Verdict
from streams.core.subject import Subject
from streams.core.vocabulary import CLAIMED, Channel, Code, ConsentAction, LegalBasis, Reason

RULE: Final = Rule(
    norm="4.3, step 3",
    judges=MarketingMessage,
    codes=(
        Code.MSG_AFTER_OPT_OUT,
        Code.MSG_THIRD_PARTY_OFFER_NO_CONSENT,
        Code.MSG_CHANNEL_REQUIRES_CONSENT,
        *CODES.values(),
        Code.MSG_NO_VALID_CONSENT,
        Code.BASIS_RECORD_MISMATCH,
    ),
    reads={
        ConsentChange: SCOPE | VALIDITY | {"verified_contact", "expires_at", "replaces_consent_id"},
        Purchase: OF_A_SALE | {"opt_out_exercised_at_collection"},
    },
)

_BY_STRENGTH: Final = (
    (ConsentAction.OBJECTED, Reason.OBJECTED),
    (ConsentAction.ERASED, Reason.ERASED),
    (ConsentAction.WITHDRAWN, Reason.WITHDRAWN),
    (ConsentAction.REFUSED, Reason.REFUSED),
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_POST: Final = Channel.POST
_REFUSED: Final = ConsentAction.REFUSED
_CONSENT: Final = LegalBasis.CONSENT
_SOFT_OPT_IN: Final = LegalBasis.SOFT_OPT_IN
_NO_CLAIM: Final = LegalBasis.NONE


def judge_message_basis(
    subject: Subject, message: MarketingMessage, policy: Policy
) -> list[Verdict]:
    """The exclusive basis chain of a marketing message."""
    at = message.occurred_at
    standing = Standing(subject, (consent_target(message, policy),), at, policy)
    if opted_out := _opted_out(message, standing):
        return [_verdict(standing, Code.MSG_AFTER_OPT_OUT, opted_out)]
    if message.channel is _POST:
        # Outside Tw 11.7: only objection and withdrawal are enforced.
        return []
    verdict = _basis(subject, message, standing)
    return [] if verdict is None else [verdict]


def _opted_out(message: MarketingMessage, standing: Standing) -> Reason | None:
    """Step 3a: the strongest unlifted signal against the message.

    Who does not want the sender's own marketing does not want a partner's in its mail either,
    unless a later consent is for these very offers; a refusal says nothing of partners.
    """
    unlifted: list[Signal] = standing.unlifted
    if is_own_offer(message):
        if not standing.settings.refusal_blocks_soft_opt_in:
            unlifted = [s for s in unlifted if s.kind is not _REFUSED]
    else:
        own = standing.unlifted_towards(own_marketing_target(message, standing.policy))
        unlifted = unlifted + [s for s in own if s.kind is not _REFUSED]
    if not unlifted:
        return None
    kinds = {signal.kind for signal in unlifted}
    for kind, reason in _BY_STRENGTH:
        if kind in kinds:
            return reason
    return None


def _basis(subject: Subject, message: MarketingMessage, standing: Standing) -> Verdict | None:
    """Steps 3c to 3f."""
    settings = standing.settings
    claimed = message.legal_basis_claimed or _NO_CLAIM
    own_offer = is_own_offer(message)
    exception = own_offer and has_customer_exception(message.channel, message.occurred_at, settings)
    miss = soft_opt_in_miss(subject, message, settings, standing.policy) if exception else None
    soft_opt_in = exception and miss is None
    if standing.covering(None) is not None:
        if claimed is _CONSENT:
            return None
        if soft_opt_in and claimed in (_SOFT_OPT_IN, LegalBasis.LEGITIMATE_INTEREST):
            return None
        return _fallback(standing, claimed)
    if not own_offer:
        return _verdict(standing, Code.MSG_THIRD_PARTY_OFFER_NO_CONSENT, None)
    claim = claimed
    if claim not in (_CONSENT, _SOFT_OPT_IN):
        has_sale = subject.sales.any_through(message.occurred_at)
        claim = _SOFT_OPT_IN if has_sale else _CONSENT
    if soft_opt_in:
        if claimed in (_CONSENT, _NO_CLAIM):
            return _fallback(standing, claimed)
        return None
    if claim is _CONSENT:
        return _no_valid_consent(standing)
    if miss is None:
        return _verdict(standing, Code.MSG_CHANNEL_REQUIRES_CONSENT, None)
    return _verdict(standing, miss, None)


def _fallback(standing: Standing, claimed: LegalBasis) -> Verdict:
    """P21: the message is lawful on a basis other than the claimed one."""
    lawful = standing.settings.allow_basis_fallback
    code = Code.BASIS_RECORD_MISMATCH if lawful else Code.MSG_NO_VALID_CONSENT
    return _verdict(standing, code, CLAIMED[claimed])


def _no_valid_consent(standing: Standing) -> Verdict:
    """M11 with the failed consent test as its reason."""
    miss = standing.closest(None)
    if miss is None:
        reason = standing.why_no_record(None)
        return _verdict(standing, Code.MSG_NO_VALID_CONSENT, reason)
    grant, failed = miss
    others = [SHARE_CODES[test] for test in failed[1:] if test is not ConsentTest.CHANNEL]
    return Verdict(
        code=Code.MSG_NO_VALID_CONSENT,
        reason=standing.reason(grant, failed[0]),
        consent_ids_considered=standing.considered([grant]),
        contributing_codes=tuple(others),
    )


def _verdict(standing: Standing, code: Code, reason: Reason | None) -> Verdict:
    return Verdict(code=code, reason=reason, consent_ids_considered=standing.considered())
