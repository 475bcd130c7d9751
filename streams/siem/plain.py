"""Texts of others, made safe to stand in any format.

Ids of events, recipients, controllers and persons come from producers and can hold
anything: line ends, control characters, Unicode that turns the reading direction, 100 kB.
Every text of a notice goes through here once, so that no format can forget it. What a
format itself reserves (pipes, equals signs, brackets) it escapes on its own.
"""

from __future__ import annotations

from hashlib import sha256

ID_BYTES = 200
"""Ids up to this length in UTF-8 stay whole: event ids have at most 200 characters."""

TEXT_BYTES = 512
"""Explanations and the like are cut at this length in UTF-8. A test holds every text of the
catalogue, in both languages, below it."""

LIST_ITEMS = 20
"""How many members of a list are given beside their count: a duty may have any number of shares."""

LONGEST_ID = 232
"""What `identifier` returns has at most this length in UTF-8."""

CUT = "…"
_DIGEST = "~sha256:"
_MADE_VISIBLE = "<U+"
_HEAD = 16


def identifier(value: str) -> str:
    """An id that still distinguishes all that its source distinguishes.

    Printable ids up to ID_BYTES stay as they are. Others become their beginning, with what
    cannot be shown as `<U+000A>`, and the SHA-256 of the whole: `e-1<U+000A>x~sha256:9f…`.
    So do empty ids, and ids that already hold such marks: nobody can send the form of
    another's id.
    """
    if (
        value
        and value.isprintable()
        and len(value.encode()) <= ID_BYTES
        and _DIGEST not in value
        and _MADE_VISIBLE not in value
        # Readers of CEF and LEEF drop blanks at the ends.
        and value.strip() == value
    ):
        return value
    digest = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{visible(value[:_HEAD]).strip()}{_DIGEST}{digest}"


def without(value: str, reserved: str) -> str:
    """An id for a format whose readers stumble over some characters: these made visible.

    Where that makes it longer than LONGEST_ID, the SHA-256 of the whole stands for its end.
    """
    if not any(char in value for char in reserved):
        return value
    shown = _shown(value, reserved)
    if len(shown.encode()) <= LONGEST_ID:
        return shown
    digest = sha256(value.encode()).hexdigest()
    return f"{_shown(value[:_HEAD], reserved)}{_DIGEST}{digest}"


def _shown(value: str, reserved: str) -> str:
    return "".join(f"<U+{ord(char):04X}>" if char in reserved else char for char in value)


def sentence(text: str, limit: int = TEXT_BYTES) -> str:
    """A text for people in one line, cut with a mark at `limit` bytes of UTF-8."""
    shown = visible(text[: limit + 1]).strip()
    encoded = shown.encode()
    if len(encoded) <= limit:
        return shown
    return encoded[: limit - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def visible(text: str) -> str:
    """The text with every character that cannot be printed written as `<U+000A>`.

    Those are all controls, line and paragraph separators, format characters (bidi
    overrides, zero-width ones), surrogates, unassigned ones and blanks but the plain one.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
