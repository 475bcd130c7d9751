"""docs/metrics.md says what the code says."""

from __future__ import annotations

from tests.docs.metric_tables import METRICS, with_tables


def test_the_table_is_current() -> None:
    text = METRICS.read_text("utf-8")
    assert with_tables(text) == text, "run: python -m tests.docs.metric_tables"


def test_a_changed_table_is_noticed() -> None:
    text = METRICS.read_text("utf-8").replace("`consentry_records_total`", "`consentry_records`")
    assert with_tables(text) != text
