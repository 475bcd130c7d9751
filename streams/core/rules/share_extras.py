"""What else is wrong with a share, whatever its basis: S20 to S23 and S25 (4.2, step 2)."""

from __future__ import annotations

from typing import Final

from streams.core.events import DataShare
from streams.core.policy import Policy
from streams.core.policy.registers import NO_REFERENCE
from streams.core.rules.rule import Rule
from streams.core.rules.share_roles import NormalisedShare
from streams.core.signals import any_in, expand
from streams.core.state import Verdict
from streams.core.vocabulary import (
    MARKETING_PURPOSES,
    PROHIBITED_CATEGORIES,
    Code,
    Country,
    RecipientRole,
)

RULE: Final = Rule(
    norm="4.2, step 2",
    judges=DataShare,
    codes=(
        Code.PROCESSOR_WITHOUT_AGREEMENT,
        Code.PROCESSOR_OWN_PURPOSES,
        Code.JOINT_CONTROL_WITHOUT_ARRANGEMENT,
        Code.TRANSFER_WITHOUT_SAFEGUARD,
        Code.PROHIBITED_DATA_CATEGORY,
    ),
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_PROCESSOR: Final = RecipientRole.PROCESSOR
_JOINT: Final = RecipientRole.JOINT_CONTROLLER
_MARKETING_PURPOSES: Final = MARKETING_PURPOSES
_PROHIBITED_CATEGORIES: Final = PROHIBITED_CATEGORIES


def judge_extras(share: DataShare, normal: NormalisedShare, policy: Policy) -> list[Verdict]:
    """The additive findings on a share; none of them depends on consent."""
    if not normal.external:
        return []
    found: list[Verdict] = []
    entry = normal.entry
    if normal.declared_role is _PROCESSOR and not _in_force(
        entry.processing_agreement_ref if entry is not None else None,
        share.processing_agreement_ref,
    ):
        found.append(Verdict(code=Code.PROCESSOR_WITHOUT_AGREEMENT))
    if normal.own_purposes:
        found.append(Verdict(code=Code.PROCESSOR_OWN_PURPOSES))
    if normal.declared_role is _JOINT and not _in_force(
        entry.arrangement_ref if entry is not None else None, share.arrangement_ref
    ):
        found.append(Verdict(code=Code.JOINT_CONTROL_WITHOUT_ARRANGEMENT))
    mechanism = (entry.transfer_mechanism if entry is not None else None) or (
        share.transfer_mechanism
    )
    if normal.country is not None and not policy.index.adequate(
        normal.country, mechanism, share.occurred_at
    ):
        country = Country(normal.country)
        found.append(Verdict(code=Code.TRANSFER_WITHOUT_SAFEGUARD, reason=country))
    if (
        any_in(share.data_categories, _PROHIBITED_CATEGORIES)
        and normal.purpose in _MARKETING_PURPOSES
    ):
        prohibited = tuple(c for c in expand(share.data_categories) if c in _PROHIBITED_CATEGORIES)
        found.append(
            Verdict(code=Code.PROHIBITED_DATA_CATEGORY, uncovered_data_categories=prohibited)
        )
    return found


def _in_force(registered: str | None, claimed: str | None) -> bool:
    """Whether an agreement is in force: the register's word, else the producer's."""
    reference = registered if registered is not None else claimed
    return bool(reference) and reference != NO_REFERENCE
