"""docs/quickstart-own-bus.md: its commands run in order, and print what the page shows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.quickstart import Reader, blocks, change, matches, plain_environment

PAGE = (ROOT / "docs/quickstart-own-bus.md").read_text("utf-8")
READY = {"consentry ingest run": "ingest.ready", "consentry worker": "worker.ready"}


@pytest.mark.timeout(240)
def test_every_command_of_the_page(kafka: str, unique: str, tmp_path: Path) -> None:
    reader = Reader(
        tmp_path,
        {"localhost:9092": kafka, "crm.consents": f"{unique}.crm.consents",
         "ads.uploads": f"{unique}.ads.uploads"},
        plain_environment(CONSENTRY_TOPIC_PREFIX=f"{unique}."),
    )  # fmt: skip
    printed, shown = "", 0
    try:
        for block in blocks(PAGE):
            if block.kind == "text":
                assert matches(block.text, printed), f"shown:\n{block.text}\nprinted:\n{printed}"
                shown += 1
            elif block.kind == "diff":
                change(tmp_path, block.text)
            elif block.is_service:
                ready = next(line for name, line in READY.items() if block.text.startswith(name))
                reader.start(block.text, ready)
            elif not is_left_out(block.text):
                printed = reader.run(block.text)
    finally:
        codes = reader.stop()
    assert codes == [0, 0]
    assert shown > 5
    maps = [file.read_text() for file in (tmp_path / "maps").rglob("*.toml")]
    assert len(maps) == 4
    assert not re.search("(#|:) DECIDE", "".join(maps))
    assert not re.search("anna|bram|chris", reader.logs())


def is_left_out(commands: str) -> bool:
    """The session has its Kafka (tests/cli/test_broker.py), and the project is installed."""
    return commands == "consentry broker\n" or "pip install" in commands


def test_what_is_installed_is_this_project_with_the_extra_that_the_page_names() -> None:
    [install] = [block.text for block in blocks(PAGE) if "pip install" in block.text]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [extra] = re.findall(r"pip install '\.\[(\w+)\]'", install)
    assert extra in project["optional-dependencies"]
    assert "consentry" in project["scripts"]
    assert f"Python {project['requires-python'].removeprefix('>=')} or newer" in PAGE


def test_no_block_of_the_page_is_passed_over() -> None:
    """Without a kind stand records only."""
    opened = re.findall(r"^```(.+)$|^```\n(\{.*)$", PAGE, re.MULTILINE)
    kinds = [kind for kind, _ in opened if kind]
    assert len(kinds) == len(blocks(PAGE))
    assert PAGE.count("\n```") == 2 * len(opened)


def test_output_that_differs_is_found() -> None:
    assert matches("a p1-... c\n...\nz\n", "a p1-77 c\nb\nb\nz\n")
    assert not matches("a p1-... c\n", "a p1-77 d\n")
    assert not matches("a\n", "a\nb\n")


def test_a_change_of_lines_that_are_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text("a = 1\nb = 2\n")
    change(tmp_path, "--- map.toml\n-b = 2\n+b = 3\n+c = 4\n")
    assert (tmp_path / "map.toml").read_text() == "a = 1\nb = 3\nc = 4\n"
    with pytest.raises(AssertionError, match="does not hold once"):
        change(tmp_path, "--- map.toml\n-b = 2\n+b = 3\n")
