"""JavaScript object literals, as some cookies hold them: `{method:'explicit',marketing:true}`.

Only what a cookie needs is read: one object of names in front of texts, whole numbers, true,
false and null. Everything else is refused, and so is a name that stands twice.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

MOST_CHARACTERS: Final = 20_000

_MEMBER: Final = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_$][\w$]{0,99})|'(?P<quoted>[^'\\]{1,100})')\s*:\s*"""
    r"""(?:'(?P<text>[^'\\]*)'|"(?P<other>[^"\\]*)"|(?P<number>-?\d{1,18})|"""
    r"""(?P<word>true|false|null))\s*(?P<end>[,}])""",
    re.ASCII,
)
_WORDS: Final = {"true": True, "false": False, "null": None}


def read_literal(text: str) -> dict[str, Any]:
    """The members of a literal, percent-encoded or not. Raises ValueError, without the text."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError("it is longer than any cookie")
    if text[:3].upper() == "%7B":
        text = unquote(text, errors="strict")
    text = text.strip()
    if text[:1] != "{" or text[-1:] != "}":
        raise ValueError("it is no object literal, or cut short")
    found: dict[str, Any] = {}
    at, end = 1, ","
    if not text[1:-1].strip():
        return found
    while end == ",":
        member = _MEMBER.match(text, at)
        if member is None:
            raise ValueError("a member of the literal is no name, colon and plain value")
        name = member["name"] or member["quoted"]
        if name in found:
            raise ValueError("a member of the literal stands twice")
        found[name] = _value(member)
        at, end = member.end(), member["end"]
    if at != len(text):
        raise ValueError("something stands behind the literal")
    return found


def _value(member: re.Match[str]) -> Any:
    if member["number"] is not None:
        return int(member["number"])
    if member["word"] is not None:
        return _WORDS[member["word"]]
    return member["text"] if member["text"] is not None else member["other"]
