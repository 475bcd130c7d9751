"""On which line of a TOML text does a key or an element of a list stand? `tomllib` does not say.

The text is known to be TOML: `tomllib` has read it. So this scanner follows its structure
(headers, keys, strings, lists, inline tables) and judges nothing.
"""

from __future__ import annotations

import re
from typing import Final

from streams.policy_file.places import Path

_BLANK: Final = re.compile(r"(?:[\s,]|#[^\n]*)*")
_PART: Final = re.compile(r"""[ \t]*(?:"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'",
    re.DOTALL,
)
_PLAIN: Final = re.compile(r"[^\s,\]}#]+(?:[ ][0-9][^\s,\]}#]*)?")


def key_lines(text: str) -> dict[Path, int]:
    """Lines of keys and elements by their path; tables of an array have their number in it."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks through a text once; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._found: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._more():
            begun = self._at
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            if self._at == begun:  # nothing that TOML knows: no line is better than no end
                break
        return self._found

    def _header(self) -> Path:
        array = self._text.startswith("[[", self._at)
        line = self._here()
        self._at += 1 + array
        named = self._key()
        self._at += 1 + array
        table = self._within_arrays(named, last=not array)
        self._found.setdefault(table, line)
        if array:
            self._counts[table] = self._counts.get(table, -1) + 1
            table = (*table, self._counts[table])
            self._found.setdefault(table, line)
        return table

    def _pair(self, table: Path) -> None:
        line = self._here()
        path = (*table, *self._key())
        self._found.setdefault(path, line)
        self._at += 1  # =
        self._value(path)

    def _value(self, path: Path) -> None:
        self._more()
        opened = self._text[self._at : self._at + 1]
        if opened == "[":
            self._at += 1
            number = 0
            while self._more() and self._text[self._at] != "]":
                begun = self._at
                self._found.setdefault((*path, number), self._here())
                self._value((*path, number))
                number += 1
                if self._at == begun:
                    return
            self._at += 1
        elif opened == "{":
            self._at += 1
            while self._more() and self._text[self._at] != "}":
                begun = self._at
                self._pair(path)
                if self._at == begun:
                    return
            self._at += 1
        else:
            form = _STRING if opened in {'"', "'"} else _PLAIN
            match = form.match(self._text, self._at)
            self._at = match.end() if match else self._at

    def _key(self) -> Path:
        parts: list[str] = []
        while match := _PART.match(self._text, self._at):
            parts.append(next(part for part in match.groups() if part is not None))
            self._at = match.end()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return tuple(parts)

    def _more(self) -> bool:
        """Pass blanks, commas and comments; whether anything follows."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._at < len(self._text)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _within_arrays(self, named: Path, *, last: bool) -> Path:
        """`[a.b]` and `[[a.b]]` after `[[a]]` belong to the last table of the array."""
        table: Path = ()
        for number, part in enumerate(named, start=1):
            table = (*table, part)
            if table in self._counts and (last or number < len(named)):
                table = (*table, self._counts[table])
        return table
