"""docs/alerts.md says what the options are, and its example is a table that works."""

from __future__ import annotations

import re
from pathlib import Path

from streams.alerts.options import AlertOptions
from streams.delivery.alert_options import read_alert_options
from tests.docs.alert_tables import PAGE, parts, with_parts


def test_generated_parts_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert with_parts(text) == text, "run: python -m tests.docs.alert_tables"


def test_a_changed_part_is_noticed() -> None:
    text = PAGE.read_text("utf-8").replace("| `flood_max` |", "| `flood_most` |")
    assert with_parts(text) != text


def test_every_key_has_a_row() -> None:
    table = "".join(parts().values())
    for key in AlertOptions.model_fields:
        assert f"| `{key}` |" in table or f"keys of {key}" in parts()


def test_the_example_is_a_table_that_works(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    config = tmp_path / "consentry.toml"
    config.write_text(example, "utf-8")
    found = read_alert_options(config, {})
    assert [route.name for route in found.routes] == ["page", "tell"]
    assert found.sink_names() == {"pagerduty", "slack"}
