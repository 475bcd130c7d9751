"""Rewrite the generated tables of docs/operations.md: python -m tests.docs.tables."""

from __future__ import annotations

import re
from pathlib import Path

from streams.settings import Settings
from streams.settings.table import settings_table
from streams.topics.table import role_table, topic_table

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def with_tables(text: str) -> str:
    """The text with each generated part made anew; the parts stand between comments."""
    settings = Settings()
    tables = {
        "settings": settings_table(),
        "topics": topic_table(settings),
        "roles": role_table(settings),
    }
    for name, table in tables.items():
        between = re.compile(
            rf"(?<=<!-- {name}: made by python -m tests.docs.tables -->\n).*?"
            rf"(?=<!-- end of {name} -->)",
            re.DOTALL,
        )
        text, count = between.subn(table.replace("\\", r"\\"), text)
        if count != 1:
            raise ValueError(f"docs/operations.md has {count} places for the table of {name}")
    return text


if __name__ == "__main__":
    OPERATIONS.write_text(with_tables(OPERATIONS.read_text("utf-8")), "utf-8")
