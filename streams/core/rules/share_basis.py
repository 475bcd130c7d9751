"""On what basis did data leave? Codes S01 to S17, S24 and S26 (legal model 4.2, steps 3, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.consent_tests import ConsentTest
from streams.core.events import DataShare
from streams.core.identifiers import Slot
from streams.core.policy import Policy
from streams.core.policy.settings import LegitimateInterestMode
from streams.core.rules.capture import NOTICE_DEFECTIVE, SHARE_CODES
from streams.core.rules.coverage import Standing
from streams.core.rules.share_roles import NormalisedShare
from streams.core.signals import Grant, Signal, expand
from streams.core.state import Verdict
from streams.core.subject import Subject
from streams.core.vocabulary import (
    MARKETING_PURPOSES,
    SPECIAL_CATEGORIES,
    UNCONDITIONAL_SIGNALS,
    ConsentAction,
    DataCategory,
    LegalBasis,
    Protection,
    RecipientRole,
)

BASIS_SLOT = Slot("S.BASIS")
SPECIAL_SLOT = Slot("S.SPECIAL")
RECORD_SLOT = Slot("X.RECORD")

AGAINST_EXPRESSED_WILL = frozenset(
    {"SHARE_AFTER_OBJECTION", "SHARE_AFTER_WITHDRAWAL", "SHARE_DESPITE_REFUSAL"}
)
"""S01 to S03: such a share brings a duty of its own (4.4)."""

_BY_STRENGTH = (
    (ConsentAction.OBJECTED, "SHARE_AFTER_OBJECTION"),
    (ConsentAction.ERASED, "SHARE_AFTER_OBJECTION"),
    (ConsentAction.WITHDRAWN, "SHARE_AFTER_WITHDRAWAL"),
    (ConsentAction.REFUSED, "SHARE_DESPITE_REFUSAL"),
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_PROCESSOR: Final = RecipientRole.PROCESSOR
_JOINT: Final = RecipientRole.JOINT_CONTROLLER
_CONSENT: Final = LegalBasis.CONSENT
_NO_CLAIM: Final = LegalBasis.NONE


def judge_basis(
    subject: Subject, share: DataShare, normal: NormalisedShare, policy: Policy
) -> dict[Slot, Verdict]:
    """The exclusive basis chain with what hangs on it: S01 to S17, S24, S26."""
    if not normal.external or normal.purpose not in MARKETING_PURPOSES:
        return {}
    standing = Standing(subject, normal.targets, share.occurred_at, policy)
    if normal.role is _PROCESSOR:
        unlifted = [s for s in standing.unlifted if s.kind in UNCONDITIONAL_SIGNALS]
        return _against_will(share, standing, unlifted)
    found = _against_will(share, standing, standing.unlifted)
    if normal.role is _JOINT and not standing.settings.joint_controller_as_third_party:
        return found  # P3: signals stand, no consent is asked for
    found = found or _basis(share, standing)
    if normal.label_set_aside and BASIS_SLOT in found:
        found[BASIS_SLOT] = msgspec.structs.replace(found[BASIS_SLOT], label_set_aside=True)
    if not SPECIAL_CATEGORIES.isdisjoint(share.data_categories):
        found.update(_special(share, standing))
    return found


def _against_will(
    share: DataShare, standing: Standing, unlifted: list[Signal]
) -> dict[Slot, Verdict]:
    """Step 4a: the strongest kind of unlifted signal gives the code."""
    if not unlifted:
        return {}
    kinds = {signal.kind for signal in unlifted}
    for kind, code in _BY_STRENGTH:
        if kind in kinds:
            return {BASIS_SLOT: _verdict(share, standing, code, kind.value)}
    return {}


def _basis(share: DataShare, standing: Standing) -> dict[Slot, Verdict]:
    """Steps 4b to 4f."""
    claimed = share.legal_basis_claimed or _NO_CLAIM
    # A share that names no category is judged as one of unknown data: a consent for
    # the purpose and recipient is the least it needs.
    categories: tuple[DataCategory | None, ...] = expand(share.data_categories) or (None,)
    uncovered = [one for one in categories if standing.covering(one) is None]
    if not uncovered:
        if claimed is _CONSENT:
            return {}
        mismatch = Verdict(
            code="BASIS_RECORD_MISMATCH",
            reason=f"CLAIMED_{claimed.value}",
            consent_ids_considered=standing.considered(),
        )
        return {RECORD_SLOT: mismatch}
    named = tuple(c for c in uncovered if c is not None)
    if claimed is _CONSENT or claimed is _NO_CLAIM:
        verdict = _closest_miss(share, standing, uncovered, named)
    elif claimed is LegalBasis.LEGITIMATE_INTEREST:
        review = standing.settings.legitimate_interest_mode is LegitimateInterestMode.REVIEW
        verdict = _verdict(
            share, standing, "LEGITIMATE_INTEREST_REJECTED", None, named, review=review
        )
    elif claimed is LegalBasis.SOFT_OPT_IN:
        verdict = _verdict(share, standing, "SOFT_OPT_IN_NOT_FOR_SHARING", None, named)
    else:
        verdict = _verdict(
            share, standing, "OTHER_BASIS_REJECTED", f"CLAIMED_{claimed.value}", named
        )
    return {BASIS_SLOT: verdict}


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
        verdict = _verdict(share, standing, "NO_CONSENT", why, named)
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
        contributing=tuple(SHARE_CODES[test] for test in failed_tests),
    )


def _decisive(
    standing: Standing, candidates: list[tuple[Grant, list[ConsentTest]]]
) -> tuple[ConsentTest, str | None]:
    """Over several categories the most fundamental miss; its reason where the code is wider."""
    decisive = min([failed[0] for _, failed in candidates])
    if decisive is not ConsentTest.INFORMED:
        return decisive, None
    reasons = {
        standing.reason(grant, decisive) for grant, failed in candidates if failed[0] is decisive
    }
    return decisive, NOTICE_DEFECTIVE if NOTICE_DEFECTIVE in reasons else None


def _special(share: DataShare, standing: Standing) -> dict[Slot, Verdict]:
    """S24, GDPR 9(2)(a): each special category needs an explicit, live and valid consent."""
    special = [c for c in expand(share.data_categories) if c in SPECIAL_CATEGORIES]
    uncovered = tuple(
        category for category in special if standing.covering(category, explicit=True) is None
    )
    if not uncovered:
        return {}
    verdict = Verdict(
        code="SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT",
        consent_ids_considered=standing.considered(),
        uncovered_data_categories=uncovered,
    )
    return {SPECIAL_SLOT: verdict}


def _verdict(
    share: DataShare,
    standing: Standing,
    code: str,
    reason: str | None,
    uncovered: tuple[DataCategory, ...] = (),
    *,
    picked: Sequence[Grant] = (),
    contributing: tuple[str, ...] = (),
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
