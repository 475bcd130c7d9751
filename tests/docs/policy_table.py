"""Rewrite the generated table of docs/policy.md: python -m tests.docs.policy_table."""

from __future__ import annotations

import re
from pathlib import Path

from streams.policy_file.table import settings_table

POLICY = Path(__file__).parents[2] / "docs" / "policy.md"
EXAMPLE = POLICY.with_name("policy.example.toml")

_BETWEEN = re.compile(
    r"(?<=<!-- policy: made by python -m tests.docs.policy_table -->\n).*?"
    r"(?=<!-- end of policy -->)",
    re.DOTALL,
)


def with_table(text: str) -> str:
    """The text with its table made anew."""
    table = settings_table().replace("\\", r"\\")
    text, count = _BETWEEN.subn(table, text)
    if count != 1:
        raise ValueError(f"docs/policy.md has {count} places for the table")
    return text


if __name__ == "__main__":
    POLICY.write_text(with_table(POLICY.read_text("utf-8")), "utf-8")
