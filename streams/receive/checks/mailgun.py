"""Mailgun: the signature stands in the body, and is over a timestamp and a token only.

So it does not say that the body is as it was sent. What helps is that a token is good for one
body: the same token with another one is refused, as long as this process remembers it.
"""

from __future__ import annotations

import hmac
import json
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from streams.receive.checks.check import require_recent, same, seconds
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

TOKENS_MAX: Final = 100_000
"""How many tokens are remembered; the oldest go first. Each takes about 200 bytes."""

_OURS: Final = frozenset({"signature", "timestamp", "token"})


class _Signature(NamedTuple):
    timestamp: str
    token: str
    signature: str


class MailgunCheck:
    """HMAC-SHA256 in hex over timestamp and token, with the webhook signing key."""

    needs_body = True

    def __init__(
        self, secrets: Sequence[str], tolerance_s: float, tokens_max: int = TOKENS_MAX
    ) -> None:
        self._keys = [secret.encode() for secret in secrets]
        self._tolerance_s = tolerance_s
        self._tokens_max = tokens_max
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        given = _signature(request.body)
        content = f"{given.timestamp}{given.token}".encode()
        wanted = [hmac.digest(key, content, "sha256").hex().encode() for key in self._keys]
        if not same(given.signature.lower().encode(), wanted):
            raise RequestRefused(RefusalReason.SIGNATURE)
        require_recent(seconds(given.timestamp), now, self._tolerance_s)
        self._require_own_body(given.token, sha256(request.body).digest())

    def _require_own_body(self, token: str, digest: bytes) -> None:
        """A token that comes again must bring the same body: then it is one more attempt."""
        if self._bodies.setdefault(token, digest) != digest:
            raise RequestRefused(RefusalReason.REPLAYED)
        while len(self._bodies) > self._tokens_max:
            self._bodies.popitem(last=False)


def _signature(body: bytes) -> _Signature:
    """What the body says of itself. Raises RequestRefused where it says it twice, or not at all."""
    try:
        # Surrogates would be an error only when the texts are encoded.
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise RequestRefused(RefusalReason.BODY) from None
    part = found.get("signature") if isinstance(found, dict) else None
    if not isinstance(part, dict):
        raise RequestRefused(RefusalReason.MISSING)
    stamp = part.get("timestamp")
    if type(stamp) is int:
        stamp = str(stamp)
    return _Signature(_text(stamp), _text(part.get("token")), _text(part.get("signature")))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or not value.isascii():
        raise RequestRefused(RefusalReason.MISSING)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, two readers take two values."""
    names = [name for name, _ in pairs if name in _OURS]
    if len(set(names)) < len(names):
        raise RequestRefused(RefusalReason.DOUBLE)
    return dict(pairs)
