"""Programs in texts of tests, which no type checker reads, import what there is."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

OTHERS: Final = ("tests/repository/test_checks_bite.py", "tests/repository/test_programs.py")
"""Files whose texts are bad on purpose."""


def imports(source: str) -> Iterator[tuple[str, str]]:
    """What the programs in the texts of a file import from `streams`: module and name."""
    for node in ast.walk(ast.parse(source)):
        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str) or "import" not in text or "\n" not in text:
            continue
        try:
            program = ast.parse(text)
        except SyntaxError:
            continue
        for one in ast.walk(program):
            if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("streams"):
                yield from ((one.module or "", alias.name) for alias in one.names)


def is_there(module: str, name: str) -> bool:
    """Whether a module has a name, or a module below it."""
    try:
        if hasattr(importlib.import_module(module), name):
            return True
        importlib.import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True


def test_programs_in_tests_import_what_there_is() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), module, name)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path.relative_to(ROOT).as_posix() not in OTHERS
        for module, name in imports(path.read_text("utf-8"))
    ]
    assert len(found) >= 10
    assert [one for one in found if not is_there(*one[1:])] == []


@pytest.mark.parametrize("name", ["nothing_of_this_name", "Nothing"])
def test_an_import_of_what_is_not_there_is_found(name: str) -> None:
    [found] = imports(f'FAULT = """\nfrom streams.agents import {name}\n"""')
    assert found == ("streams.agents", name)
    assert not is_there(*found)
