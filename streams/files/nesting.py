"""Where brackets and elements of a JSON text end, found without reading what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.files.records import Damaged, Found, Line

COMMA: Final = 0x2C
OPENING: Final = b"{["
_QUOTE: Final = 0x22

# Possessive: nothing is kept to come back to, so no text can make them slow.
_IN_ARRAY: Final = re.compile(rb'(?>[^"{}\[\],]+|"[^"\\]*")*+')
_DEEPER: Final = re.compile(rb'(?>[^"{}\[\]]+|"[^"\\]*")*+')
_IN_STRING: Final = re.compile(rb'(?>[^"\\]+|\\.)*+', re.DOTALL)


class Nesting:
    """How deep within brackets a text is, whatever its strings hold."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_string = False
        self._escaped = False

    def stop(self, data: bytes, at: int) -> int:
        """The offset of the next bracket or, at depth 1, comma; the length where none is left."""
        size = len(data)
        while at < size:
            if self._escaped:
                self._escaped = False
                at += 1
            elif self.in_string:
                at = _end(_IN_STRING, data, at)
                if at < size:
                    self.in_string = data[at] != _QUOTE
                    self._escaped = self.in_string
                    at += 1
            else:
                at = _end(_IN_ARRAY if self.depth == 1 else _DEEPER, data, at)
                if at == size or data[at] != _QUOTE:
                    return at
                self.in_string = True
                at += 1
        return size

    def turn(self, bracket: int) -> None:
        """Go in or out by a bracket."""
        self.depth += 1 if bracket in OPENING else -1


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    assert match is not None  # each may match nothing
    return match.end()


class Elements:
    """The element of an array that is being read, and how many there were."""

    def __init__(self, file: str, longest: int, number: int = 0) -> None:
        """`number` is how many there were before the first one."""
        self.number = number
        self._longest = longest
        self._file = file
        self._size = 0
        self._held: list[bytes] = []

    def add(self, part: bytes) -> None:
        """Some bytes of it; of one that is too long none are held."""
        self._size += len(part)
        self._held.append(part)
        if self._size > self._longest:
            self._held.clear()

    @property
    def is_begun(self) -> bool:
        """Whether there is more of it than blanks."""
        return self._size > self._longest or any(part.strip() for part in self._held)

    def end(self) -> Iterator[Found]:
        """The whole of it, and begin the next one. One that is blank is passed over."""
        value = b"".join(self._held).strip()
        if self._size > self._longest:
            self.number += 1
            yield too_long(self._file, self.number, "element", self._longest)
        elif value:
            self.number += 1
            yield Line(self._file, self.number, value)
        self._held.clear()
        self._size = 0


def too_long(file: str, number: int, what: str, longest: int) -> Damaged:
    """The refusal of a record that is not held."""
    return Damaged(file, number, f"the {what} is longer than {longest} bytes")
