"""docs/sinks.md says what the options are, and its examples are settings that work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


def rows(page: str, heading: str) -> set[str]:
    """The words in the first column of the table under a heading of a page."""
    part = page.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    return {word for line in re.findall(r"^\|([^|]*)\|", part, re.MULTILINE)
            for word in re.findall(r"`(\w+)`", line)}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_how_often_it_delivers_and_whether_it_deletes(kind: str) -> None:
    page = PAGE.read_text("utf-8")
    assert kind in rows(page, "What arrives, and how often")
    assert kind in rows(page, "When a person leaves")


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_names_every_kind(kind: str) -> None:
    readme = (PAGE.parents[1] / "README.md").read_text("utf-8").lower()
    assert re.search(rf"\b{kind.partition('_')[0]}", readme)


def test_a_kind_without_a_row_is_noticed() -> None:
    assert "owl" not in rows(PAGE.read_text("utf-8"), "When a person leaves")
