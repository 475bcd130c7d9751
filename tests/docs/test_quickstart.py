"""docs/quickstart-own-bus.md: what is installed, and how the page is read to be run.

tests/kafka/test_quickstart.py runs its commands.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.quickstart import PAGE, blocks, change, matches


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
