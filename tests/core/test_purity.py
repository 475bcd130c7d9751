"""The core has no clock, draws nothing and reads nothing: read off its own source.

Beside ruff and import-linter, which do the same by configuration, this test needs no
tool and says where; the offences below show that it bites.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "streams" / "core"

ALLOWED = {
    "__future__",
    "bisect",
    "collections",
    "datetime",
    "enum",
    "functools",  # answers of pure functions are kept
    "hashlib",
    "heapq",
    "msgspec",
    "mypy_extensions",  # marks for the compiler; they do nothing
    "re",
    "streams.core",
    "typing",
    "typing_extensions",  # marks for the type checker, which alone reads them
    "unicodedata",  # a table: how ids are written
    "uuid",
}
"""What the core may import; everything else, `streams.errors` too, belongs to the shell."""

FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input", "eval",
                   "exec", "__import__", "monotonic", "perf_counter"}  # fmt: skip


def offences(source: str) -> list[str]:
    """What in a module of the core reads the world, with its line."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [_import(node, alias.name) for alias in names if not _allowed(alias.name)]
            case ast.ImportFrom(module=module, level=level):
                name = module or ""
                if level or not _allowed(name):
                    found.append(_import(node, "." * level + name))
                found += [
                    f"line {node.lineno}: {alias.name}"
                    for alias in node.names
                    if alias.name in FORBIDDEN_CALLS
                ]
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                if name in FORBIDDEN_CALLS:
                    found.append(f"line {node.lineno}: {name}()")
            case ast.Global(names=global_names):
                found += [f"line {node.lineno}: global {name}" for name in global_names]
            case _:
                pass
    return found


def _allowed(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in ALLOWED)


def _import(node: ast.stmt, name: str) -> str:
    return f"line {node.lineno}: import {name}"


MODULES = sorted(CORE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=[str(m.relative_to(CORE)) for m in MODULES])
def test_a_module_of_the_core_is_pure(module: Path) -> None:
    assert offences(module.read_text("utf-8")) == []


def test_the_core_was_found() -> None:
    assert {"judge.py", "subject.py", "events.py"} <= {module.name for module in MODULES}
    assert len(MODULES) > 25


@pytest.mark.parametrize(
    ("source", "offence"),
    [
        ("import time", "line 1: import time"),
        ("import os.path", "line 1: import os.path"),
        ("from random import choice", "line 1: import random"),
        ("import asyncio", "line 1: import asyncio"),
        ("import faust", "line 1: import faust"),
        ("from streams.errors import ConsentryError", "line 1: import streams.errors"),
        ("from streams.wire import decode", "line 1: import streams.wire"),
        ("from . import law", "line 1: import ."),
        ("from datetime import datetime\nAT = datetime.now()", "line 2: now()"),
        ("from datetime import datetime\nAT = datetime.utcnow()", "line 2: utcnow()"),
        ("from datetime import date\nAT = date.today()", "line 2: today()"),
        ("import uuid\nID = uuid.uuid4()", "line 2: uuid4()"),
        ("from uuid import uuid4 as draw", "line 1: uuid4"),
        ("TEXT = open('law.txt')", "line 1: open()"),
        ("import streams.corely", "line 1: import streams.corely"),
        ("def f():\n    global seen", "line 2: global seen"),
    ],
)
def test_an_offence_is_found(source: str, offence: str) -> None:
    assert offence in offences(source)


def test_what_is_pure_passes() -> None:
    pure = "from uuid import uuid5\nfrom datetime import datetime\nAT = datetime.fromisoformat('x')"
    assert offences(pure) == []
