"""The policy file: TOML, with registers beside it, to a `streams.core.policy.Policy`."""

from __future__ import annotations

from streams.policy_file.load import load_policy, policy_from_names, policy_from_text
from streams.policy_file.places import PolicyProblem
from streams.policy_file.show import ShownSetting, shown_settings

__all__ = [
    "PolicyProblem",
    "ShownSetting",
    "load_policy",
    "policy_from_names",
    "policy_from_text",
    "shown_settings",
]
