"""The policy file: TOML, with registers beside it, to a `streams.core.policy.Policy`."""

from __future__ import annotations

from streams.policy_file.load import load_policy, policy_from_names, policy_from_text
from streams.policy_file.places import PolicyProblem
from streams.policy_file.show import ShownSetting, shown_settings
from streams.policy_file.standalone import DEFAULT_TEXT, PolicyText, policy_of, standalone

__all__ = [
    "DEFAULT_TEXT",
    "PolicyProblem",
    "PolicyText",
    "ShownSetting",
    "load_policy",
    "policy_from_names",
    "policy_from_text",
    "policy_of",
    "shown_settings",
    "standalone",
]
