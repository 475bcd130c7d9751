"""The questions P1 to P26 with their defaults, units and sources (legal model 6)."""

from __future__ import annotations

import msgspec

from streams.core.policy.settings import PolicySettings


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the policy.

    `name` is the key in the policy file; the default is the value of that name in
    `PolicySettings` and holds from the beginning.
    """

    number: str
    name: str
    unit: str
    question: str
    source: str

    @property
    def default(self) -> object:
        """The recommended value of legal model 6."""
        return getattr(PolicySettings(), self.name)


def _p(number: str, name: str, unit: str, question: str, source: str) -> Parameter:
    return Parameter(number=number, name=name, unit=unit, question=question, source=source)


PARAMETERS: tuple[Parameter, ...] = (
    _p("P1", "legitimate_interest_mode", "NEVER or REVIEW",
       "Legitimate interest for sharing with third parties",
       "Source article N10; AP standpoint; C-621/22"),
    _p("P2", "named_recipient_required", "yes or no", "Consent must name the recipient",
       "EDPB 05/2020 §65; C-317/25 pending"),
    _p("P3", "joint_controller_as_third_party", "yes or no",
       "Sharing with a joint controller needs consent as with a third party",
       "C-40/17 Fashion ID"),
    _p("P4", "ad_platform_processor_accepted", "yes or no",
       "Ad platform accepted as processor for audience matching",
       "Source article N3; VGH München 5 CS 18.1157; EDPB 8/2020"),
    _p("P5", "telemarketing_customer_exception_sector", "NONE, CHARITY, PUBLISHER or LOTTERY",
       "Sector that keeps the customer exception for human calls", "Tw 11.7(5)-(6)"),
    _p("P6", "reversed_sale_supports_soft_opt_in", "yes or no",
       "A fully refunded or cancelled sale supports soft opt-in", "Tw 11.7(4), 'klanten'"),
    _p("P7", "indirect_consideration_accepted", "yes or no",
       "A freemium account counts as a sale", "AP 2018; C-654/23 Inteligo Media"),
    _p("P8", "similar_products", "groups of product categories",
       "Which product categories are similar beside equal ones", "DDMA and ACM practice"),
    _p("P9", "soft_opt_in_max_age", "ISO 8601 duration",
       "Longest age of a customer relation for soft opt-in",
       "GDPR 5(1)(e); three years from self-regulation"),
    _p("P11", "withdrawal_grace", "ISO 8601 duration",
       "Time to act on a withdrawal or refusal, never on an objection", "GDPR 7(3)"),
    _p("P12", "grant_at_same_instant_valid", "yes or no",
       "A grant at the very instant of a share counts", "Legal model A2"),
    _p("P13", "refusal_blocks_soft_opt_in", "yes or no",
       "A refusal of own marketing ends the customer exception", "Tw 11.7(4)(b)"),
    _p("P14", "notify_deadline", "ISO 8601 duration",
       "Term to notify the recipients", "GDPR 19; C-129/21; the term is policy"),
    _p("P15", "final_after", "ISO 8601 duration",
       "Time after which a finding is labelled FINAL", "Legal model 4.5"),
    _p("P16", "max_recording_delay", "ISO 8601 duration by consent method",
       "Longest time between a grant and its record", "GDPR 7(1)"),
    _p("P17", "unknown_age", "ALLOW or UNDER_16", "How an unknown age is read", "GDPR 8(2)"),
    _p("P18", "unknown_recipient_role", "a recipient role",
       "Role of a recipient whose role is unknown", "Legal model 3.1"),
    _p("P20", "retention", "ISO 8601 duration",
       "How long facts and findings are kept after the last event, together with P26",
       "GDPR 5(2)"),
    _p("P21", "allow_basis_fallback", "yes or no",
       "A message may rest on a basis other than the claimed one, with S26", "Legal model 6"),
    _p("P25", "phone_consent_needs_verified_number", "yes or no",
       "Consent to calls needs a telephone number that was verified to be the person's",
       "OVG Saarlouis 2 A 355/19; ACM 2022, 2025"),
    _p("P26", "arrival_grace", "ISO 8601 duration",
       "How long facts are kept after the latest of them arrived, however old they are",
       "GDPR 5(1)(d)-(e); legal model 4.5"),
)  # fmt: skip

RESERVED: dict[str, str] = {
    "P10": "consent_refresh_advice",
    "P19": "b2b_published_address_exception",
    "P23": "notify_on_expiry",
    "P24": "protection_required",
}
"""Questions without a switch yet: any value but the default is refused."""
