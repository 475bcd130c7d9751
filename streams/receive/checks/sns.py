"""Amazon SNS: messages signed with a certificate of AWS, and the handshake that begins it.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html, signature version
2. The certificate comes from the address in the message, so only addresses of SNS itself, in the
region of a topic that is expected, are asked.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from streams.errors import ConsentryError
from streams.receive.checks.check import iso_instant, require_recent
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Fetch = Callable[[str], Awaitable[bytes]]
"""Asks an address with GET. Raises RequestRefused where it does not answer as it should."""

ARN: Final = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w-]{1,256}"
)
_CERTIFICATE_PATH: Final = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")
_CONFIRMATION_PATH: Final = re.compile(
    r"/\?Action=ConfirmSubscription&[\w.%:&=-]{1,2000}", re.ASCII
)
_CERTIFICATES_MAX: Final = 16

_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION: Final = (
    "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
)  # fmt: skip
_SIGNED: Final = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}


log = structlog.get_logger("consentry.receive")


class SnsCheck:
    """Messages of the expected topics, with a signature by a certificate of SNS."""

    needs_body = True

    def __init__(self, topic_arns: Sequence[str], tolerance_s: float, fetch: Fetch) -> None:
        """Raises ConsentryError without cryptography."""
        try:
            import cryptography.x509  # noqa: F401
        except ImportError:
            raise ConsentryError(
                "the package cryptography, which checks signatures of SNS, is not installed here",
                "Install it: pip install 'consentry[receive]'.",
            ) from None
        self._topic_arns = frozenset(topic_arns)
        self._tolerance_s = tolerance_s
        self._fetch = fetch
        self._certificates: dict[str, Certificate] = {}

    async def prepare(self, request: Inbound) -> None:
        """Have the certificate of a message in memory. Raises RequestRefused."""
        message = self._message(request)
        url = _address(message, "SigningCertURL", _CERTIFICATE_PATH)
        if url in self._certificates:
            return
        from cryptography.x509 import load_pem_x509_certificate

        try:
            certificate = load_pem_x509_certificate(await self._fetch(url))
        except ValueError:
            raise RequestRefused(RefusalReason.SIGNATURE) from None
        if len(self._certificates) >= _CERTIFICATES_MAX:
            self._certificates.pop(next(iter(self._certificates)))
        self._certificates[url] = certificate

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        message = self._message(request)
        certificate = self._certificates[_address(message, "SigningCertURL", _CERTIFICATE_PATH)]
        valid = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not valid[0] <= datetime.fromtimestamp(now, UTC) <= valid[1]:
            raise RequestRefused(RefusalReason.SIGNATURE)
        _verify(certificate, message)
        require_recent(iso_instant(message["Timestamp"]), now, self._tolerance_s)

    async def settled(self, request: Inbound) -> bool:
        """Whether a checked message is part of the handshake, which this answers: no event."""
        message = self._message(request)
        if message["Type"] == "Notification":
            return False
        if message["Type"] == "SubscriptionConfirmation":
            await self._fetch(_address(message, "SubscribeURL", _CONFIRMATION_PATH))
        else:
            log.warning("receive.unsubscribed", topic_arn=message["TopicArn"])
        return True

    def _message(self, request: Inbound) -> Mapping[str, str]:
        """The message, if it is of a topic that is expected. Raises RequestRefused."""
        try:
            found = json.loads(request.body.decode("utf-8"), object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise RequestRefused(RefusalReason.BODY) from None
        if not isinstance(found, dict):
            raise RequestRefused(RefusalReason.MISSING)
        texts = {name: value for name, value in found.items() if isinstance(value, str)}
        signed = _SIGNED.get(texts.get("Type", ""))
        if (
            "Signature" not in texts
            or signed is None
            or any(one not in texts for one in signed if one != "Subject")
        ):
            raise RequestRefused(RefusalReason.MISSING)
        if texts.get("SignatureVersion") != "2" or texts["TopicArn"] not in self._topic_arns:
            raise RequestRefused(RefusalReason.CREDENTIALS)
        return texts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, two readers take two values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RequestRefused(RefusalReason.DOUBLE)
    return found


def _address(message: Mapping[str, str], name: str, path: re.Pattern[str]) -> str:
    """An address of SNS in the region of the topic. Raises RequestRefused for any other."""
    url, arn = message.get(name, ""), message["TopicArn"]
    region = ARN.fullmatch(arn)
    assert region is not None, "asked for when the settings were read"
    ending = ".cn" if arn.startswith("arn:aws-cn:") else ""
    host = f"https://sns.{region[1]}.amazonaws.com{ending}"
    if not url.startswith(f"{host}/") or not path.fullmatch(url[len(host) :]):
        raise RequestRefused(RefusalReason.CREDENTIALS)
    return url


def _verify(certificate: Certificate, message: Mapping[str, str]) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    key = certificate.public_key()
    lines = [f"{one}\n{message[one]}\n" for one in _SIGNED[message["Type"]] if one in message]
    try:
        signature = base64.b64decode(message["Signature"].encode(), validate=True)
        if not isinstance(key, RSAPublicKey):
            raise RequestRefused(RefusalReason.SIGNATURE)
        key.verify(signature, "".join(lines).encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise RequestRefused(RefusalReason.SIGNATURE) from None
