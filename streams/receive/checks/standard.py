"""Standard Webhooks, as Svix and those who send through it sign.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

from streams.receive.checks.check import require_recent, same, seconds
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

_PREFIX: Final = "whsec_"
_FAMILIES: Final = ("webhook", "svix")
_SIGNATURES_MAX: Final = 16
"""While secrets are changed, a sender signs with each of them."""


class StandardCheck:
    """HMAC-SHA256 over id, seconds since 1970 and body, in base64 behind `v1,`."""

    needs_body = True

    def __init__(self, secrets: Sequence[str], tolerance_s: float) -> None:
        """Raises ValueError, which quotes none, for a secret that is none of theirs."""
        self._keys = [_key(secret) for secret in secrets]
        self._tolerance_s = tolerance_s

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        family = next((f for f in _FAMILIES if f"{f}-signature" in request.headers), _FAMILIES[0])
        given = request.required(f"{family}-signature").split()
        message_id = request.required(f"{family}-id")
        stamp = request.required(f"{family}-timestamp")
        content = f"{message_id}.{stamp}.".encode() + request.body
        wanted = [base64.b64encode(hmac.digest(key, content, "sha256")) for key in self._keys]
        found = False
        for one in given[:_SIGNATURES_MAX]:
            version, _, value = one.partition(",")
            found |= version == "v1" and same(value.encode(), wanted)
        if not found:
            raise RequestRefused(RefusalReason.SIGNATURE)
        require_recent(seconds(stamp), now, self._tolerance_s)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX).encode(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError("the secret should be whsec_ and 24 to 64 bytes in base64")
    return key
