"""What all checks have in common."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

AHEAD_S: Final = 300.0
"""How far the clock of a sender may be ahead of ours."""


class SenderCheck(Protocol):
    """Whether a request comes from who it should come from."""

    needs_body: bool
    """False: headers and path decide, so that the body of a stranger is never read."""

    def require(self, request: Inbound, now: float) -> None:
        """Return when it does; `now` is in seconds since 1970. Raises RequestRefused."""


def same(given: bytes, wanted: Iterable[bytes]) -> bool:
    """Whether one of the wanted values is given, in the same time whichever it is."""
    found = False
    for one in wanted:
        found |= hmac.compare_digest(given, one)
    return found


def require_recent(at: float, now: float, tolerance_s: float) -> None:
    """Raises RequestRefused for what was signed too long ago, or lies ahead."""
    if not now - tolerance_s <= at <= now + AHEAD_S:
        raise RequestRefused(RefusalReason.TOO_OLD)


def seconds(text: str) -> float:
    """Seconds since 1970, written as digits. Raises RequestRefused."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise RequestRefused(RefusalReason.TIMESTAMP)
    return float(text)


def iso_instant(text: str) -> float:
    """Seconds since 1970, written as ISO 8601 with a zone. Raises RequestRefused."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RequestRefused(RefusalReason.TIMESTAMP) from None
    if at.tzinfo is None:
        raise RequestRefused(RefusalReason.TIMESTAMP)
    return at.timestamp()
