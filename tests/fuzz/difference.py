"""What a fuzzed part of the C may not do: say something else than the Python."""

from __future__ import annotations

from typing import Any


class Difference(Exception):
    """The C says something else than the Python."""


def same(ours: Any, theirs: Any) -> None:
    """Raises Difference for values that are not alike; `True` is not `1`."""
    if repr(ours) != repr(theirs) or ours != theirs:
        raise Difference(f"C: {ours!r}\nPython: {theirs!r}")
