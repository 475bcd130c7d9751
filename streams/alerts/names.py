"""Names of recipients as they stand in a page: short, and no mark-up of any service.

An id comes from a producer and may hold anything: a mention of a channel, a link, a formula, a
template. Chat and paging services read such signs in texts and in labels alike. The id as it is
stands on the finding, in the SIEM.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

LONGEST: Final = 40
"""Characters of a name in a page."""

_PLAIN: Final = frozenset(" -_.,&'+")
_INSTEAD: Final = "·"
_DIGITS: Final = 6


def page_name(identifier: str) -> str:
    """The id where it is short and plain; else what can be shown, and six digits of its SHA-256.

    Letters and digits of every script stay, and what company names have beside them. The digits
    keep two ids apart that look the same otherwise.
    """
    shown = "".join(
        char if char.isalnum() or char in _PLAIN else _INSTEAD for char in identifier
    ).strip()
    if shown == identifier and len(shown) <= LONGEST:
        return shown
    digest = sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    while _INSTEAD * 2 in shown:
        shown = shown.replace(_INSTEAD * 2, _INSTEAD)
    return f"{shown[: LONGEST - _DIGITS - 1].strip()}~{digest}"
