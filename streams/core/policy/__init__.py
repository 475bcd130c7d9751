"""Policy: what the DPO decides, dated, with unit and source (legal model 6)."""

from __future__ import annotations

from streams.core.policy.dated_value import DatedValue
from streams.core.policy.parameters import PARAMETERS, RESERVED, Parameter
from streams.core.policy.policy import Policy, default_policy, fixed_policy
from streams.core.policy.registers import (
    UNDATED_ADEQUACY,
    AdequacyEntry,
    NoticeEntry,
    RecipientEntry,
    Registers,
)
from streams.core.policy.settings import PolicySettings

__all__ = [
    "PARAMETERS",
    "RESERVED",
    "UNDATED_ADEQUACY",
    "AdequacyEntry",
    "DatedValue",
    "NoticeEntry",
    "Parameter",
    "Policy",
    "PolicySettings",
    "RecipientEntry",
    "Registers",
    "default_policy",
    "fixed_policy",
]
