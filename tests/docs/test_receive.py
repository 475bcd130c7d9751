"""docs/receive.md says what the options are, and its examples are settings that work."""

from __future__ import annotations

import re
from pathlib import Path

from streams.receive.load import read_receiving
from streams.receive.refusal import STATUS
from streams.receive.sources import SCHEMES
from tests.docs.receive_tables import PAGE, with_parts
from tests.receive.senders import SECRETS, WHSEC, public_key


def test_generated_parts_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert with_parts(text) == text, "run: python -m tests.docs.receive_tables"


def test_a_changed_part_is_noticed() -> None:
    text = PAGE.read_text("utf-8").replace("| `body_max_bytes` |", "| `body_max` |")
    assert with_parts(text) != text


def test_every_scheme_has_an_example_that_works(tmp_path: Path) -> None:
    text = "\n".join(re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    secrets = {"mail": WHSEC[0], "sendgrid-public-key": public_key("x")}
    for name in re.findall(r'"/run/secrets/([a-z-]+)"', text):
        (tmp_path / name).write_text(secrets.get(name, SECRETS[0]), "utf-8")
    config = tmp_path / "consentry.toml"
    config.write_text(text.replace("/run/secrets", str(tmp_path)), "utf-8")
    found = read_receiving(config, {})
    assert {source.options.scheme for source in found.sources.values()} == set(SCHEMES)


def test_the_page_names_every_status() -> None:
    text = PAGE.read_text("utf-8").split("## What a sender gets")[1].split("\n## ")[0]
    named = set(map(int, re.findall(r"\b[2345]\d\d\b", text)))
    assert set(STATUS.values()) <= named
    assert "| 200 |" in text
