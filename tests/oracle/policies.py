"""The policies under which histories are judged by both implementations."""

from __future__ import annotations

from typing import Any

ALTERNATIVES: list[dict[str, Any]] = [
    {"legitimate_interest_mode": "REVIEW"},
    {"named_recipient_required": False},
    {"joint_controller_as_third_party": False},
    {"ad_platform_processor_accepted": True},
    {"telemarketing_customer_exception_sector": "CHARITY"},
    {"reversed_sale_supports_soft_opt_in": True},
    {"indirect_consideration_accepted": True},
    {"similar_products": [["COFFEE", "BOOKS", "INSURANCE"]]},
    {"soft_opt_in_max_age": "PT2H"},
    {"withdrawal_grace": "PT12H"},
    {"grant_at_same_instant_valid": False},
    {"refusal_blocks_soft_opt_in": False},
    {"notify_deadline": "PT10H"},
    {"max_recording_delay": {"BUTTON": "P8D", "WRITTEN_SIGNED": "PT1H"}},
    {"unknown_age": "UNDER_16"},
    {"unknown_recipient_role": "PROCESSOR"},
    {"unknown_recipient_role": "JOINT_CONTROLLER", "joint_controller_as_third_party": False},
    {"allow_basis_fallback": False},
    {"phone_consent_needs_verified_number": True},
    {"assess_from": "2026-07-01T00:00:00Z"},
]
"""Every question of legal model 6 with an answer other than the default."""
