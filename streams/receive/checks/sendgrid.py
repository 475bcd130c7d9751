"""SendGrid's signed event webhook: ECDSA over the timestamp and the body.

The settings of the account show the public key, in base64 without the lines of PEM.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from streams.errors import ConsentryError
from streams.receive.checks.check import require_recent, seconds
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNATURE: Final = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP: Final = "X-Twilio-Email-Event-Webhook-Timestamp"


class SendGridCheck:
    """Any of the public keys; while a key is changed, both are valid."""

    needs_body = True

    def __init__(self, keys: Sequence[str], tolerance_s: float) -> None:
        """Raises ValueError for what is no public key, ConsentryError without cryptography."""
        self._keys = [_key(text) for text in keys]
        self._tolerance_s = tolerance_s

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        given = request.required(SIGNATURE)
        stamp = request.required(TIMESTAMP)
        try:
            signature = base64.b64decode(given.encode(), validate=True)
        except (binascii.Error, ValueError):
            raise RequestRefused(RefusalReason.SIGNATURE) from None
        content = stamp.encode() + request.body
        for key in self._keys:
            try:
                key.verify(signature, content, ECDSA(SHA256()))
            except InvalidSignature:
                continue
            require_recent(seconds(stamp), now, self._tolerance_s)
            return
        raise RequestRefused(RefusalReason.SIGNATURE)


def _key(text: str) -> EllipticCurvePublicKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError:
        raise ConsentryError(
            "the package cryptography, which checks SendGrid's signatures, is not installed here",
            "Install it: pip install 'consentry[receive]'.",
        ) from None
    what = "should be the public key as SendGrid shows it: one line of base64"
    try:
        key = load_der_public_key(base64.b64decode(text.encode(), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        raise ValueError(what) from None
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError(what)
    return key
