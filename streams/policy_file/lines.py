"""On which line of a TOML text does a key stand? `tomllib` does not say.

Reads only what it needs of TOML: headers, and keys at the start of a line outside of
multi-line strings and arrays. A key that it misses is reported without a line, or with
that of the table around it; nothing is judged by these lines.
"""

from __future__ import annotations

import re
from typing import Final

from streams.policy_file.places import Path

_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_KEY: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_STRINGS_AND_COMMENTS: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#.*')


def key_lines(text: str) -> dict[Path, int]:
    """Lines of the keys by their path; tables of an array have their number in it."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth = 0
    quotes: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if quotes is not None:
            quotes = None if line.count(quotes) % 2 else quotes
            continue
        if depth == 0:
            if header := _HEADER.match(line):
                table = _path(header[2])
                if header[1] == "[[":
                    found.setdefault(table, number)
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                else:
                    table = _within_arrays(table, counts)
                found.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                found.setdefault((*table, *_path(key[1])), number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                quotes = mark
        plain = _STRINGS_AND_COMMENTS.sub("", line)
        depth = max(0, depth + plain.count("[") + plain.count("{") - plain.count("]")
                    - plain.count("}"))  # fmt: skip
    return found


def _path(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _within_arrays(table: Path, counts: dict[Path, int]) -> Path:
    """`[a.b]` after `[[a]]` belongs to the last table of the array."""
    for length in range(len(table) - 1, 0, -1):
        if table[:length] in counts:
            return (*table[:length], counts[table[:length]], *table[length:])
    return table
