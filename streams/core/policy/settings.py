"""The policy settings as they stand at one instant (legal model 6, P1 to P26)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from streams.core.instants import Duration, days, hours
from streams.core.law import SOFT_OPT_IN_MAX_AGE
from streams.core.vocabulary import ConsentMethod, RecipientRole


class LegitimateInterestMode(StrEnum):
    """P1. REVIEW lowers the severity of S04 and asks the DPO; it never clears a share."""

    NEVER = "NEVER"
    REVIEW = "REVIEW"


class Sector(StrEnum):
    """P5: who keeps a customer exception for human calls after 1 July 2026 (Tw 11.7(5)-(6))."""

    NONE = "NONE"
    CHARITY = "CHARITY"
    PUBLISHER = "PUBLISHER"
    LOTTERY = "LOTTERY"


class UnknownAge(StrEnum):
    """P17: how a grant of unknown age is read (GDPR 8(2))."""

    ALLOW = "ALLOW"
    UNDER_16 = "UNDER_16"


DEFAULT_RECORDING_DELAY: dict[ConsentMethod, Duration] = {
    method: hours(24) for method in ConsentMethod
} | {ConsentMethod.WRITTEN_SIGNED: days(30), ConsentMethod.ORAL_RECORDED: days(7)}
"""P16 by method, GDPR 7(1): a grant recorded later is not demonstrable."""


class PolicySettings(msgspec.Struct, frozen=True, kw_only=True):
    """One value for every question of legal model 6; durations in milliseconds."""

    legitimate_interest_mode: LegitimateInterestMode = LegitimateInterestMode.NEVER
    named_recipient_required: bool = True
    joint_controller_as_third_party: bool = True
    ad_platform_processor_accepted: bool = False
    telemarketing_customer_exception_sector: Sector = Sector.NONE
    reversed_sale_supports_soft_opt_in: bool = False
    indirect_consideration_accepted: bool = False
    similar_products: tuple[tuple[str, ...], ...] = ()
    soft_opt_in_max_age: Duration = SOFT_OPT_IN_MAX_AGE
    withdrawal_grace: Duration = Duration(0)
    grant_at_same_instant_valid: bool = True
    refusal_blocks_soft_opt_in: bool = True
    notify_deadline: Duration = hours(72)
    final_after: Duration = days(30)
    max_recording_delay: dict[ConsentMethod, Duration] = msgspec.field(
        default_factory=lambda: dict(DEFAULT_RECORDING_DELAY)
    )
    unknown_age: UnknownAge = UnknownAge.ALLOW
    unknown_recipient_role: RecipientRole = RecipientRole.THIRD_PARTY
    retention: Duration = days(1827)
    allow_basis_fallback: bool = True
    phone_consent_needs_verified_number: bool = False
    arrival_grace: Duration = days(30)

    def similar(self, advertised: str | None, bought: str) -> bool:
        """Whether the DPO's matrix (P8) holds the two categories for similar.

        Equal categories are; an unknown category is similar to nothing.
        """
        if advertised is None:
            return False
        return advertised == bought or any(
            advertised in group and bought in group for group in self.similar_products
        )

    def similar_to(self, advertised: str | None) -> tuple[str, ...]:
        """All categories that are similar to an advertised one, itself first."""
        if advertised is None:
            return ()
        groups = [group for group in self.similar_products if advertised in group]
        return tuple(dict.fromkeys([advertised, *(one for group in groups for one in group)]))
