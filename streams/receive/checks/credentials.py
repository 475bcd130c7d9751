"""Senders that show a secret itself: HTTP Basic, a token in a header, a token in the path."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from streams.receive.checks.check import same
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound


class BasicCheck:
    """HTTP Basic (RFC 7617): one user, and passwords of which each is valid."""

    needs_body = False

    def __init__(self, user: str, passwords: Sequence[str]) -> None:
        self._wanted = [f"{user}:{password}".encode() for password in passwords]

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        del now
        scheme, _, given = request.required("authorization").partition(" ")
        if scheme.lower() != "basic":
            raise RequestRefused(RefusalReason.CREDENTIALS)
        try:
            pair = base64.b64decode(given.strip().encode(), validate=True)
        except (binascii.Error, ValueError):
            raise RequestRefused(RefusalReason.CREDENTIALS) from None
        if not same(pair, self._wanted):
            raise RequestRefused(RefusalReason.CREDENTIALS)


class TokenCheck:
    """A token in a header, behind a prefix such as `Bearer ` (RFC 6750)."""

    needs_body = False

    def __init__(self, header: str, prefix: str, tokens: Sequence[str]) -> None:
        self._header = header
        self._prefix = prefix
        self._wanted = [token.encode() for token in tokens]

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        del now
        given = request.required(self._header)
        # Schemes are compared without regard to case (RFC 9110, 11.1).
        if given[: len(self._prefix)].lower() != self._prefix.lower():
            raise RequestRefused(RefusalReason.CREDENTIALS)
        if not same(given[len(self._prefix) :].encode(), self._wanted):
            raise RequestRefused(RefusalReason.CREDENTIALS)


class PathCheck:
    """A token as the last part of the path, for senders that can do nothing else."""

    needs_body = False

    def __init__(self, tokens: Sequence[str]) -> None:
        self._wanted = [token.encode() for token in tokens]

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        del now
        if request.secret_path is None:
            raise RequestRefused(RefusalReason.MISSING)
        if not same(request.secret_path.encode(), self._wanted):
            raise RequestRefused(RefusalReason.CREDENTIALS)
