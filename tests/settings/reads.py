"""Which attributes of settings or options the program reads, found in its sources."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

STREAMS = Path(__file__).parents[2] / "streams"


class Read(NamedTuple):
    """`base.name`; of `self._settings.name` the base is `_settings`."""

    base: str
    name: str


def sources(*rooms: str, without: Iterable[Path] = ()) -> Iterator[str]:
    """The text of each module in some rooms of streams, or in all."""
    left_out = set(without)
    for room in rooms or ("",):
        for path in sorted((STREAMS / room).rglob("*.py")):
            if path not in left_out:
                yield path.read_text("utf-8")


def reads(texts: Iterable[str]) -> set[Read]:
    """Every attribute that is read, with the last name of what it is read from."""
    found = set()
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(Read(_base(node.value), node.attr))
            # A validator of one field reads another in `info.data.get("name")`.
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="data"), attr="get"),
                    args=[ast.Constant(value=str(name)), *_],
                ):
                    found.add(Read("data", name))
                case _:
                    pass
    return found


def _base(value: ast.expr) -> str:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""
