"""Paths as source: where a value stands, by as few looks as can be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.paths import (
    DIGEST,
    HEADERS,
    ITEM,
    NAME,
    NUMBER,
    OUTER,
    ROOT,
    TOP,
    SourcePath,
    word_of,
)

NOTHING: Final[dict[str, Any]] = {}
"""Stands for what is no object: it has no members."""

SCOPES: Final[Mapping[int, str]] = MappingProxyType(
    {TOP: "top", ROOT: "root", ITEM: "item", OUTER: "outer", NAME: "name", HEADERS: "headers"}
)


def write_path(f: FunctionWriter, path: SourcePath) -> str:
    """Write what follows a path; the name of its value, which is None where it is absent."""
    key = ("path", path.scope, path.steps)
    known = f.known.get(key)
    if known is not None:
        return known
    if path.scope == DIGEST:
        return f.computed(key, "digest", f"{f.given('keys')}.digest({f.given('record')})")
    if path.scope == NUMBER:
        return f.computed(key, "number", f.number)
    start = SCOPES[path.scope]
    if path.scope == HEADERS:
        name = f.bind(str(path.steps[0]).lower(), "header")
        return f.computed(key, "header", f"{f.given(start)}.get({name}) or None")
    holder = f.given(start)
    for length, step in enumerate(path.steps[:-1], start=1):
        within = ("held", path.scope, path.steps[:length])
        holder = f.computed(within, "held", _step(f, holder, step))
    expression = _step(f, holder, path.steps[-1]) if path.steps else holder
    value = f.computed(key, "value", expression)
    f.line(f'if {value} == "": {value} = None')
    return value


def write_word(f: FunctionWriter, value: str) -> str:
    """Write what makes a word of a value that is there; its name, None where it is no word."""
    truth = f'"true" if {value} is True else "false" if {value} is False'
    return f.computed(("word", value), "word", f"{value} if type({value}) is str else {truth} else "
                      f"{f.library(word_of)}({value})")  # fmt: skip


def _step(f: FunctionWriter, holder: str, step: str | int) -> str:
    """An expression for what stands at a step; None where there is nothing."""
    if isinstance(step, int):
        return (f"{holder}[{step:d}] if type({holder}) is list and len({holder}) > {step:d} "
                "else None")  # fmt: skip
    members = f.computed(
        ("members", holder), "members",
        f"{holder} if type({holder}) is dict else {f.bind(NOTHING, 'nothing')}",
    )  # fmt: skip
    return f"{members}.get({f.bind(step, 'member')})"
