"""Rewrite the generated table of docs/policy.md: python -m tests.docs.policy_table."""

from __future__ import annotations

from pathlib import Path

from streams.policy_file.table import settings_table
from tests.docs import generated

POLICY = Path(__file__).parents[2] / "docs" / "policy.md"
EXAMPLE = POLICY.with_name("policy.example.toml")


def with_table(text: str) -> str:
    """The page with its table as the code makes it now."""
    return generated.with_parts(
        text,
        {"policy": settings_table()},
        page="docs/policy.md",
        maker="tests.docs.policy_table",
    )


if __name__ == "__main__":
    POLICY.write_text(with_table(POLICY.read_text("utf-8")), "utf-8")
