"""On what basis did data leave? Codes S01 to S17, S24 and S26 (legal model 4.2, steps 3, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.consent_tests import ConsentTest
from streams.core.events import ConsentChange, DataShare
from streams.core.policy import Policy
from streams.core.policy.settings import LegitimateInterestMode
from streams.core.rules.consent_validity import SHARE_CODES
from streams.core.rules.coverage import Standing
from streams.core.rules.rule import SCOPE, VALIDITY, Rule
from streams.core.rules.share_roles import NormalisedShare
from streams.core.signals import Grant, Signal, any_in, expand
from streams.core.state import Verdict
from streams.core.subject import Subject
from streams.core.vocabulary import (
    CLAIMED,
    MARKETING_PURPOSES,
    SPECIAL_CATEGORIES,
    UNCONDITIONAL_SIGNALS,
    Code,
    ConsentAction,
    DataCategory,
    LegalBasis,
    Protection,
    Reason,
    RecipientRole,
    Trigger,
)

RULE: Final = Rule(
    norm="4.2, steps 3 and 4",
    judges=DataShare,
    codes=(
        Code.SHARE_AFTER_OBJECTION,
        Code.SHARE_AFTER_WITHDRAWAL,
        Code.SHARE_DESPITE_REFUSAL,
        Code.LEGITIMATE_INTEREST_REJECTED,
        Code.SOFT_OPT_IN_NOT_FOR_SHARING,
        Code.OTHER_BASIS_REJECTED,
        Code.NO_CONSENT,
        Code.CONSENT_OTHER_PURPOSE,
        Code.CONSENT_OTHER_RECIPIENT,
        Code.CONSENT_RECIPIENT_NOT_NAMED,
        Code.CONSENT_OTHER_DATA_CATEGORY,
        Code.CONSENT_EXPIRED,
        Code.CONSENT_NOT_AFFIRMATIVE,
        Code.CONSENT_MINOR_NO_GUARDIAN,
        Code.CONSENT_NOT_DEMONSTRABLE,
        Code.CONSENT_NOT_INFORMED,
        Code.CONSENT_NOT_FREE_OR_SPECIFIC,
        Code.SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT,
        Code.BASIS_RECORD_MISMATCH,
    ),
    reads={
        ConsentChange: SCOPE | VALIDITY | {"data_categories", "expires_at", "replaces_consent_id"},
    },
)

AGAINST_EXPRESSED_WILL: Final = {
    Code.SHARE_AFTER_OBJECTION: Trigger.SHARE_AFTER_OBJECTION,
    Code.SHARE_AFTER_WITHDRAWAL: Trigger.SHARE_AFTER_WITHDRAWAL,
    Code.SHARE_DESPITE_REFUSAL: Trigger.SHARE_DESPITE_REFUSAL,
}
"""S01 to S03: such a share brings a duty of its own (4.4)."""

_BY_STRENGTH: Final = (
    (ConsentAction.OBJECTED, Code.SHARE_AFTER_OBJECTION, Reason.OBJECTED),
    (ConsentAction.ERASED, Code.SHARE_AFTER_OBJECTION, Reason.ERASED),
    (ConsentAction.WITHDRAWN, Code.SHARE_AFTER_WITHDRAWAL, Reason.WITHDRAWN),
    (ConsentAction.REFUSED, Code.SHARE_DESPITE_REFUSAL, Reason.REFUSED),
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_PROCESSOR: Final = RecipientRole.PROCESSOR
_JOINT: Final = RecipientRole.JOINT_CONTROLLER
_CONSENT: Final = LegalBasis.CONSENT
_NO_CLAIM: Final = LegalBasis.NONE
_MISMATCH: Final = Code.BASIS_RECORD_MISMATCH
_DEFECTIVE: Final = Reason.NOTICE_DEFECTIVE
_MARKETING_PURPOSES: Final = MARKETING_PURPOSES
_SPECIAL_CATEGORIES: Final = SPECIAL_CATEGORIES


def judge_basis(
    subject: Subject, share: DataShare, normal: NormalisedShare, policy: Policy
) -> list[Verdict]:
    """The exclusive basis chain with what hangs on it: S01 to S17, S24, S26."""
    if not normal.external or normal.purpose not in _MARKETING_PURPOSES:
        return []
    standing = Standing(subject, normal.targets, share.occurred_at, policy)
    if normal.role is _PROCESSOR:
        unlifted = [s for s in standing.unlifted if s.kind in UNCONDITIONAL_SIGNALS]
        verdict = _against_will(share, standing, unlifted)
        return [] if verdict is None else [verdict]
    verdict = _against_will(share, standing, standing.unlifted)
    if normal.role is _JOINT and not standing.settings.joint_controller_as_third_party:
        # P3: signals stand, no consent is asked for
        return [] if verdict is None else [verdict]
    if verdict is None:
        verdict = _basis(share, standing)
    found: list[Verdict] = []
    if verdict is not None:
        if normal.label_set_aside and verdict.code is not _MISMATCH:
            verdict = msgspec.structs.replace(verdict, label_set_aside=True)
        found.append(verdict)
    if any_in(share.data_categories, _SPECIAL_CATEGORIES):
        found += _special(share, standing)
    return found


def _against_will(share: DataShare, standing: Standing, unlifted: list[Signal]) -> Verdict | None:
    """Step 4a: the strongest kind of unlifted signal gives the code."""
    if not unlifted:
        return None
    kinds = {signal.kind for signal in unlifted}
    for kind, code, reason in _BY_STRENGTH:
        if kind in kinds:
            return _verdict(share, standing, code, reason)
    return None


def _basis(share: DataShare, standing: Standing) -> Verdict | None:
    """Steps 4b to 4f."""
    claimed = share.legal_basis_claimed or _NO_CLAIM
    # A share that names no category is judged as one of unknown data: a consent for
    # the purpose and recipient is the least it needs.
    categories: tuple[DataCategory | None, ...] = expand(share.data_categories) or (None,)
    uncovered = [one for one in categories if standing.covering(one) is None]
    if not uncovered:
        if claimed is _CONSENT:
            return None
        return Verdict(
            code=_MISMATCH,
            reason=CLAIMED[claimed],
            consent_ids_considered=standing.considered(),
        )
    named = tuple([c for c in uncovered if c is not None])
    if claimed is _CONSENT or claimed is _NO_CLAIM:
        return _closest_miss(share, standing, uncovered, named)
    if claimed is LegalBasis.LEGITIMATE_INTEREST:
        review = standing.settings.legitimate_interest_mode is LegitimateInterestMode.REVIEW
        code = Code.LEGITIMATE_INTEREST_REJECTED
        return _verdict(share, standing, code, None, named, review=review)
    if claimed is LegalBasis.SOFT_OPT_IN:
        return _verdict(share, standing, Code.SOFT_OPT_IN_NOT_FOR_SHARING, None, named)
    return _verdict(share, standing, Code.OTHER_BASIS_REJECTED, CLAIMED[claimed], named)


def _closest_miss(
    share: DataShare,
    standing: Standing,
    uncovered: list[DataCategory | None],
    named: tuple[DataCategory, ...],
) -> Verdict:
    """Step 4f: per category the grant that misses latest; over categories the earliest."""
    misses = [standing.closest(category) for category in uncovered]
    candidates = [miss for miss in misses if miss is not None]
    if len(candidates) < len(misses):
        why = standing.why_no_record(share.consent_ref)
        verdict = _verdict(share, standing, Code.NO_CONSENT, why, named)
        if standing.ended_by_id():
            return msgspec.structs.replace(verdict, ended_by_id=True)
        return verdict
    decisive, reason = _decisive(standing, candidates)
    failed_tests = sorted({test for _, failed in candidates for test in failed} - {decisive})
    return _verdict(
        share,
        standing,
        SHARE_CODES[decisive],
        reason,
        named,
        picked=[grant for grant, _ in candidates],
        contributing=tuple([SHARE_CODES[test] for test in failed_tests]),
    )


def _decisive(
    standing: Standing, candidates: list[tuple[Grant, list[ConsentTest]]]
) -> tuple[ConsentTest, Reason | None]:
    """Over several categories the most fundamental miss; its reason where the code is wider."""
    decisive = min([failed[0] for _, failed in candidates])
    if decisive is not ConsentTest.INFORMED:
        return decisive, None
    reasons = {
        standing.reason(grant, decisive) for grant, failed in candidates if failed[0] is decisive
    }
    return decisive, _DEFECTIVE if _DEFECTIVE in reasons else None


def _special(share: DataShare, standing: Standing) -> list[Verdict]:
    """S24, GDPR 9(2)(a): each special category needs an explicit, live and valid consent."""
    special = [c for c in expand(share.data_categories) if c in _SPECIAL_CATEGORIES]
    uncovered = tuple(
        category for category in special if standing.covering(category, explicit=True) is None
    )
    if not uncovered:
        return []
    verdict = Verdict(
        code=Code.SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT,
        consent_ids_considered=standing.considered(),
        uncovered_data_categories=uncovered,
    )
    return [verdict]


def _verdict(
    share: DataShare,
    standing: Standing,
    code: Code,
    reason: Reason | None,
    uncovered: tuple[DataCategory, ...] = (),
    *,
    picked: Sequence[Grant] = (),
    contributing: tuple[Code, ...] = (),
    review: bool = False,
) -> Verdict:
    return Verdict(
        code=code,
        reason=reason,
        consent_ids_considered=standing.considered(picked),
        contributing_codes=contributing,
        uncovered_data_categories=uncovered,
        protection_irrelevant=share.protection not in (None, Protection.NONE),
        review_required=review,
    )
