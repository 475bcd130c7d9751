"""IAB GPP strings (Global Privacy Platform): the section of the European TCF, read strictly.

Layout: the technical specification of the GPP string. A header says which sections follow; it
is in groups of six bits, and its section ids are Fibonacci-coded distances. Sections of other
laws (those of states of the USA) are opt-outs with other signs, and are never read as consent.
"""

from __future__ import annotations

from typing import Final

EU_TCF: Final = 2
"""The section that holds a TCF string of version 2."""
MOST_CHARACTERS: Final = 50_000
MOST_SECTIONS: Final = 64
HIGHEST_SECTION: Final = 1000

_TYPE: Final = 3
_VERSION: Final = 1
_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_GROUP: Final = 6


def tcf_of_gpp(text: str) -> str | None:
    """The TCF string in a GPP string, or None where it has no such section.

    Raises ValueError with what is wrong, without the string.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError("it is longer than any GPP string")
    header, *sections = text.split("~")
    ids = _section_ids(header)
    if len(ids) != len(sections):
        raise ValueError("its header names other sections than follow, or it is cut short")
    if not all(sections):
        raise ValueError("a section of it is empty")
    found = dict(zip(ids, sections, strict=True))
    return found.get(EU_TCF)


def _section_ids(header: str) -> list[int]:
    bits = _Header(header)
    if bits.number(_GROUP) != _TYPE or bits.number(_GROUP) != _VERSION:
        raise ValueError("it is no GPP string of version 1")
    ids: list[int] = []
    last = 0
    for _ in range(bits.number(12)):
        is_range = bits.number(1)
        first = last + bits.fibonacci()
        last = first + bits.fibonacci() if is_range else first
        if last > HIGHEST_SECTION or len(ids) + last - first >= MOST_SECTIONS:
            raise ValueError("its header names sections that there are not")
        ids += range(first, last + 1)
    bits.end()
    return ids


class _Header:
    """The bits of the header, from the left. Every read raises ValueError at the end."""

    def __init__(self, text: str) -> None:
        if not text or any(sign not in _SIGNS for sign in text):
            raise ValueError("its header is no base64 text")
        self._bits = "".join(f"{_SIGNS.index(sign):06b}" for sign in text)
        self._at = 0

    def number(self, width: int) -> int:
        """The next bits as a number."""
        return int(self._take(width), 2)

    def fibonacci(self) -> int:
        """A number of at least 1, as a sum of Fibonacci numbers; two ones end it."""
        value, one, other = 0, 1, 2
        before = "0"
        while True:
            bit = self._take(1)
            if bit == before == "1":
                return value
            if bit == "1":
                value += one
            if value > HIGHEST_SECTION:
                raise ValueError("its header names sections that there are not")
            before, one, other = bit, other, one + other

    def end(self) -> None:
        """Nothing but filling may be left: less than a group, or a group that makes whole bytes."""
        rest = self._bits[self._at :]
        if len(rest) >= 2 * _GROUP or "1" in rest:
            raise ValueError("its header is longer than its fields")

    def _take(self, width: int) -> str:
        taken = self._bits[self._at : self._at + width]
        if len(taken) < width:
            raise ValueError("it is cut short: its header ends before its last field")
        self._at += width
        return taken
