"""docs/operations.md says what the code says."""

from __future__ import annotations

from tests.docs.tables import OPERATIONS, with_tables


def test_generated_tables_are_current() -> None:
    text = OPERATIONS.read_text("utf-8")
    assert with_tables(text) == text, "run: python -m tests.docs.tables"


def test_a_changed_table_is_noticed() -> None:
    text = OPERATIONS.read_text("utf-8").replace("| `CONSENTRY_BROKERS`", "| `CONSENTRY_BROKER`")
    assert with_tables(text) != text
