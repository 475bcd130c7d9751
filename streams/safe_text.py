r"""Text that a terminal shows letter by letter, and that cannot speak to the terminal.

Ids, file names, answers of brokers and receivers come from others. A terminal obeys
control characters, lets bidi controls put letters in another order, and shows nothing at
all for format characters. Here each of these becomes an escape that people can read:
`\n`, `\x1b`, `\u202e`. A line break is one of them, so that no value begins a line.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

MOST_MARKS: Final = 4
"""Combining marks on one letter that are shown; no script needs more, and a stack of them
covers the lines above and below."""

_SHORT: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Controls, format characters (bidi among them), surrogates, unassigned, line separators."""
_MARKS: Final = frozenset({"Mn", "Me"})
_PLAIN_BYTES: Final = bytes((*range(0x7F), 0xC3, *range(0x80, 0xC0)))
"""What valid UTF-8 is made of that has no letters but those of ASCII and from U+00C0 to U+00FF."""
# Not of the categories above, and yet without a shape (Unicode: Default_Ignorable_Code_Point).
_IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def safe(text: object) -> str:
    r"""The text in one line, everything that is no plain sign of it as an escape.

    Takes any value and shows its text. Twice gives the same as once. A byte of a file name
    that is not UTF-8 (a surrogate escape) is shown as `\xNN`.
    """
    plain = text if isinstance(text, str) else str(text)
    if plain.isascii():
        return plain if plain.isprintable() else "".join(map(_shown, plain))
    shown: list[str] = []
    marks = MOST_MARKS  # a mark needs a letter to stand on
    for sign in plain:
        if unicodedata.category(sign) in _MARKS:
            marks += 1
            shown.append(_escape(sign) if marks > MOST_MARKS else _shown(sign))
        else:
            marks = 0
            shown.append(_shown(sign))
    return "".join(shown)


def as_markup(text: str) -> str:
    """A text for a library that reads markup of rich, so that it comes out as it is."""
    from rich.markup import escape

    return escape(text)


def safe_json(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """JSON that means the same as any other, and is harmless on a terminal.

    JSON has escapes of its own: a program reads exactly the value that was given.
    """
    return escape_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


def safe_json_line(encoded: bytes) -> bytes:
    """One JSON document in UTF-8, harmless on a terminal and to readers of lines.

    Some take U+0085 and U+2028 for ends of a line.
    """
    if not encoded.translate(None, _PLAIN_BYTES):
        return encoded
    return escape_json(encoded.decode()).encode()


def escape_json(document: str) -> str:
    """Escape within a JSON document what a terminal would not show; its layout stays.

    Outside of texts JSON holds ASCII only, and within them no raw control below 0x20: what
    else a terminal obeys can be replaced where it stands.
    """
    return "\n".join(map(_json_line, document.split("\n")))


def _json_line(line: str) -> str:
    if line.isprintable() and not _IGNORABLE.search(line):
        return line
    return "".join(
        sign if sign.isascii() and sign.isprintable() else _json_sign(sign) for sign in line
    )


@lru_cache(maxsize=4096)
def _json_sign(sign: str) -> str:
    if _shown(sign) == sign:
        return sign
    return "\\u007f" if sign == "\x7f" else json.dumps(sign)[1:-1]


@lru_cache(maxsize=4096)
def _shown(sign: str) -> str:
    hidden = unicodedata.category(sign) in _HIDDEN or _IGNORABLE.match(sign) is not None
    return _escape(sign) if hidden else sign


def _escape(sign: str) -> str:
    number = ord(sign)
    if sign in _SHORT:
        return _SHORT[sign]
    if 0xDC80 <= number <= 0xDCFF:  # how Python keeps a byte that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
