"""All output goes through `streams/terminal`: nothing else prints, or has rich make a text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import streams

HOME = Path(streams.__file__).parent
MODULES = sorted(  # `safe_text` makes what the terminal prints
    path
    for path in HOME.rglob("*.py")
    if path.relative_to(HOME).parts[0] not in {"terminal", "safe_text.py"}
)
RICH_LAYOUT = {"rich.table", "rich.padding"}
"""Parts of rich that lay texts out, and leave making them to the console."""
PRINTING = {"echo", "secho", "print_exc", "print_exception", "print_stack", "style"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
ASKING = {"isatty", "flush", "fileno"}
"""What anybody may do with a stream of the process; `buffer` stands in outputs.py alone."""


def faults(  # noqa: C901, PLR0912 - a case for each way out
    source: str, *, may_write_bytes: bool = False
) -> list[str]:
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [n.name for n in names if n.name.split(".")[0] in {"rich", "click"}]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in {"rich", "click"}:
                if module not in RICH_LAYOUT:
                    found.append(module)
            case ast.ImportFrom(module="structlog.dev" | "structlog.processors"):
                found.append("a renderer of logs")
            case ast.Attribute(attr="ConsoleRenderer" | "StreamHandler"):
                found.append(node.attr)
            case ast.Call(func=ast.Name(id=name), args=args) if name.endswith("Error"):
                # Lines of an error are given one by one: `problems` and `steps`.
                found += [
                    "a line break in an error"
                    for argument in args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and "\n" in part.value
                ]
            case ast.Call(func=ast.Name(id="print")):
                found.append("print")
            case ast.Call(func=ast.Attribute(attr=name)) if name in PRINTING:
                found.append(name)
            case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in STREAMS:
                around = parents[node]
                allowed = ASKING | ({"buffer"} if may_write_bytes else set())
                if isinstance(around, ast.Attribute) and around.attr not in allowed:
                    found.append(f"sys.{name}.{around.attr}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="write")):
                found.append("os.write")
            case _:
                pass
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_a_module_prints_through_the_one_place(path: Path) -> None:
    may = path.relative_to(HOME).as_posix() == "cli/result_file.py"
    assert faults(path.read_text("utf-8"), may_write_bytes=may) == []


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "raise ConsentryError('x', '\\n'.join(lines))",
        "import typer\ntyper.echo('x')",
        "import typer\ntyper.secho('x')",
        "from rich.console import Console",
        "from rich.text import Text",
        "from rich import print",
        "import rich.console",
        "import click",
        "import sys\nsys.stdout.write('x')",
        "import sys\nsys.stderr.writelines(['x'])",
        "import sys\nsys.stdout.buffer.write(b'x')",
        "import os\nos.write(1, b'x')",
        "import structlog\nstructlog.dev.ConsoleRenderer()",
        "import logging\nlogging.StreamHandler()",
        "import traceback\ntraceback.print_exc()",
    ],
)
def test_the_check_bites(source: str) -> None:
    assert faults(source)
