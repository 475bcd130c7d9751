"""docs/policy.md and its example say what the code says."""

from __future__ import annotations

from streams.core.policy import default_policy
from streams.policy_file import load_policy
from tests.docs.policy_table import EXAMPLE, POLICY, with_table


def test_the_generated_table_is_current() -> None:
    text = POLICY.read_text("utf-8")
    assert with_table(text) == text, "run: python -m tests.docs.policy_table"


def test_a_changed_table_is_noticed() -> None:
    text = POLICY.read_text("utf-8").replace("`PT72H` |", "`PT71H` |")
    assert with_table(text) != text


def test_the_example_is_a_policy() -> None:
    policy = load_policy(EXAMPLE)
    assert policy.version.startswith("2026-07+")
    assert len(policy.registers.recipients) == 3
    assert policy.index.recipient("MAILHOUSE", policy.assess_from) is not None
    assert policy.digest != default_policy().digest
