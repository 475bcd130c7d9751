"""JSON text as the bytes of its records: lines, one array, or objects of any layout.

Which of them a text is, its first record says. Records are cut out without reading them,
so that one decoder judges the bytes of every form, and no record is held that is longer
than `MAX_RECORD`. Readers that build values (as ijson does) would hold a whole element,
and hide a key that is given twice.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from typing import Final

import msgspec

from streams.files.nesting import COMMA, OPENING, Elements, Nesting, too_long
from streams.files.records import MAX_RECORD, Found, Line, Unread

CHUNK: Final = 65_536

MAX_SKIPPED: Final = 1_073_741_824
"""Bytes of one line that are passed over to find the next one."""

_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\r\n"
_ENDING: Final = b",]"
"""What ends an element of an array."""
_NOT_OPENED: Final = "a bracket is closed that was not opened"

_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _Text:
    """A stream of text whose lines are numbered, and can be given back."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._back = io.BytesIO()
        self.number = 0

    def line(self) -> bytes:
        """The next line, cut off where it is too long; empty at the end."""
        line = self._line(MAX_RECORD + 1)
        self.number += bool(line)
        return line

    def _line(self, limit: int) -> bytes:
        line = self._back.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._stream.readline(limit - len(line))

    def chunk(self) -> bytes:
        """Some of what follows; empty at the end."""
        return self._back.read(CHUNK) or self._stream.read1(CHUNK)

    def give_back(self, data: bytes, lines: int = 0) -> None:
        """Give back what was read last; so many lines of it were counted."""
        self._back = io.BytesIO(data + self._back.read())
        self.number -= lines

    def skip_line(self) -> bool:
        """Pass over the rest of a long line; False: there is no end to it."""
        skipped = 0
        while (more := self._line(MAX_RECORD)) and not more.endswith(b"\n"):
            skipped += len(more)
            if skipped > MAX_SKIPPED:
                return False
        return True


def text_records(file: str, stream: io.BufferedReader) -> Iterator[Found]:
    """Every record of a text. Its first record says which form it has."""
    text = _Text(stream)
    line = text.line().removeprefix(_BOM)
    while line and not line.strip():
        line = text.line()
    if not line:
        return
    text.give_back(line, 1)
    if line.lstrip().startswith(b"["):
        yield from _arrays(file, text)
        return
    if _has_another_object(line):
        yield from _one_after_the_other(file, text)
    elif _is_pretty(text):
        yield from _pretty(file, text)
    else:
        yield from _lines(file, text)


def _lines(file: str, text: _Text) -> Iterator[Found]:
    while line := text.line():
        if len(line) > MAX_RECORD:
            if not line.endswith(b"\n") and not text.skip_line():
                yield Unread(file, text.number, "a line has no end within 1 GiB")
                return
            yield too_long(file, text.number, "line", MAX_RECORD)
        elif value := line.strip():
            yield Line(file, text.number, value)


def _arrays(file: str, text: _Text) -> Iterator[Found]:
    """One array, or one after the other, as files that were put together have them.

    What else stands behind is read as lines, whose numbers go on from there.
    """
    text.number = 0
    while (yield from _array(file, text)):
        number = text.number
        line = text.line()
        while line and not line.strip():
            line = text.line()
        text.give_back(line, bool(line))
        if not line.lstrip().startswith(b"["):
            yield from _lines(file, text)
            return
        text.number = number


def _array(file: str, text: _Text) -> Generator[Found, None, bool]:
    """The elements of an array, by number; what stands behind it is left in the text.

    Returns whether it has its end.
    """
    nesting = Nesting()
    elements = Elements(file, MAX_RECORD, text.number)
    while chunk := text.chunk():
        start = at = 0
        while (stop := nesting.stop(chunk, at)) < len(chunk):
            at = stop + 1
            mark = chunk[stop]
            if nesting.depth == 1 and mark in _ENDING:
                elements.add(chunk[start:stop])
                yield from elements.end()
                start = at
                if mark != COMMA:
                    text.number = elements.number
                    text.give_back(chunk[at:])
                    return True
            elif mark != COMMA:
                nesting.turn(mark)
                if not nesting.depth:
                    yield Unread(file, elements.number + 1, _NOT_OPENED)
                    return False
                if nesting.depth == 1 and mark in OPENING:
                    start = at  # the bracket of the array itself
        if nesting.depth:
            elements.add(chunk[start:])
    if nesting.depth == 1 and not nesting.in_string:
        yield from elements.end()
    yield Unread(file, elements.number + 1, "the JSON array is cut short")
    return False


def _has_another_object(line: bytes) -> bool:
    """Whether a whole object is followed by another on the same line."""
    nesting = Nesting()
    at = 0
    while line.lstrip().startswith(b"{") and (at := nesting.stop(line, at)) < len(line):
        if line[at] != COMMA:
            nesting.turn(line[at])
        at += 1
        if nesting.depth <= 0:
            return line[at:].lstrip().startswith(b"{") and _is_object(line[:at])
    return False


def _one_after_the_other(file: str, text: _Text) -> Iterator[Found]:
    """Objects with nothing between them, or blanks, by number, as some exports have them."""
    nesting = Nesting()
    elements = Elements(file, MAX_RECORD)
    while chunk := text.chunk():
        start = at = 0
        while (stop := nesting.stop(chunk, at)) < len(chunk):
            at = stop + 1
            if chunk[stop] == COMMA:
                continue
            nesting.turn(chunk[stop])
            if nesting.depth == 0:
                elements.add(chunk[start:at])
                yield from elements.end()
                start = at
            elif nesting.depth < 0:
                yield Unread(file, elements.number + 1, _NOT_OPENED)
                return
        elements.add(chunk[start:])
    if elements.is_begun:
        yield Unread(file, elements.number + 1, "an object is cut short")


def _is_pretty(text: _Text) -> bool:
    """Whether the first line begins an object that ends on a later line, and is whole."""
    lines, whole = _object(text)
    text.give_back(b"".join(lines), len(lines))
    return whole and len(lines) > 1


def _object(text: _Text) -> tuple[list[bytes], bool]:
    """The lines of the object that begins here, and whether they are one object.

    Where they are not, these are the lines that were looked at.
    """
    nesting = Nesting()
    lines: list[bytes] = []
    size = 0
    while size <= MAX_RECORD and (line := text.line()):
        lines.append(line)
        size += len(line)
        at = 0
        while (at := nesting.stop(line, at)) < len(line):
            if line[at] != COMMA:
                nesting.turn(line[at])
            at += 1
            if nesting.depth <= 0:
                break
        if nesting.in_string or nesting.depth < 0:
            break
        if nesting.depth == 0:
            return lines, not line[at:].strip() and _is_object(b"".join(lines))
    return lines, False


def _is_object(value: bytes) -> bool:
    try:
        _raw_object(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _pretty(file: str, text: _Text) -> Iterator[Found]:
    while line := text.line():
        if not line.strip():
            continue
        text.give_back(line, 1)
        number = text.number + 1
        lines, whole = _object(text)
        if not whole:
            yield Unread(file, number, "a pretty-printed object is cut short or damaged")
            return
        yield Line(file, number, b"".join(lines).strip(_BLANKS))
