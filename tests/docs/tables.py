"""Rewrite the generated tables of docs/operations.md: python -m tests.docs.tables."""

from __future__ import annotations

from pathlib import Path

from streams.settings import Settings
from streams.settings.table import settings_table
from streams.topics.table import role_table, topic_table
from tests.docs import generated

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def with_tables(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    settings = Settings()
    parts = {
        "settings": settings_table(),
        "topics": topic_table(settings),
        "roles": role_table(settings),
    }
    return generated.with_parts(text, parts, page="docs/operations.md", maker="tests.docs.tables")


if __name__ == "__main__":
    OPERATIONS.write_text(with_tables(OPERATIONS.read_text("utf-8")), "utf-8")
