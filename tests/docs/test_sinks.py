"""docs/sinks.md says what the options are, and its examples are settings that work."""

from __future__ import annotations

import re
from pathlib import Path

from streams.sinks.kinds import KINDS
from streams.sinks.load import configured
from tests.docs.sink_tables import PAGE, with_parts

_SECRETS = {
    "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "routing_key": "a" * 32,
    "url": "https://hooks.slack.com/services/T0/B0/x",
}
"""What a secret has to look like, where it matters."""


def test_generated_parts_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert with_parts(text) == text, "run: python -m tests.docs.sink_tables"


def test_a_changed_part_is_noticed() -> None:
    text = PAGE.read_text("utf-8").replace("| `batch_max_records` |", "| `batch_max` |")
    assert with_parts(text) != text


def test_every_kind_has_an_example_that_works(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    text = "\n".join(examples)
    for key in re.findall(r'^(\w+)_file = "/run/secrets/', text, re.MULTILINE):
        (tmp_path / key).write_text(_SECRETS.get(key, "word"), "utf-8")
        text = re.sub(
            rf'{key}_file = "/run/secrets/[^"]+"', f'{key}_file = "{tmp_path / key}"', text
        )
    config = tmp_path / "consentry.toml"
    config.write_text(text, "utf-8")
    found = configured(config, {})
    assert {sink.options.type for sink in found.values()} == set(KINDS)
