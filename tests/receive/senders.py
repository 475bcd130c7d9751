"""Senders of every scheme, written from their documentation and not from our checks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from streams.receive.checks.check import SenderCheck
from streams.receive.request import Inbound
from streams.receive.sources import SCHEMES

NOW = 1_795_000_000.0
BODY = b'{"event": "unsubscribed", "list": 7}'
URL = "https://hooks.example.nl/hooks/crm"
SECRETS = ("Zw8pQ4nB2xLk7vTt5rYs", "m3Hc9JdE6aWg1uRf0oPi")
"""Two that are valid at once, as while one is changed; made up for these tests."""

WHSEC = tuple(f"whsec_{base64.b64encode(secret.encode() * 2).decode()}" for secret in SECRETS)

Headers = dict[str, tuple[str, ...]]


class Signed(NamedTuple):
    """What a sender sends."""

    headers: Mapping[str, str]
    body: bytes = BODY
    secret_path: str | None = None

    @property
    def inbound(self) -> Inbound:
        """The same as the checks get it."""
        headers = {name.lower(): (value,) for name, value in self.headers.items()}
        return Inbound("POST", URL, self.secret_path, headers, self.body)


class Sender(NamedTuple):
    """`sign` makes a request with one of the secrets at a time; `proof` is the header that it
    shows, None where the body or the path does; `dated` whether it says when."""

    table: Mapping[str, Any]
    sign: Callable[[str, float, bytes], Signed]
    proof: str | None
    dated: float | None = None
    """Seconds for which a signature is good; None: it has no time."""

    covers_body: bool = True
    secrets: Sequence[str] = SECRETS
    stored: Sequence[str] | None = None
    """What stands in the secret files, where that is another form of the secrets."""


def _standard(family: str) -> Callable[[str, float, bytes], Signed]:
    def sign(secret: str, at: float, body: bytes) -> Signed:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        made = hmac.new(key, b"msg_1.%d." % at + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(made).decode()}"
        return Signed(
            {
                f"{family}-id": "msg_1",
                f"{family}-timestamp": f"{at:.0f}",
                f"{family}-signature": f"v2,b3RoZXI= {signature}",
            },
            body,
        )

    return sign


def _shopify(secret: str, at: float, body: bytes) -> Signed:
    del at
    made = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return Signed({"X-Shopify-Hmac-Sha256": made, "X-Shopify-Topic": "customers/update"}, body)


def _hubspot(secret: str, at: float, body: bytes) -> Signed:
    stamp = f"{at * 1000:.0f}"
    text = f"POST{URL}{body.decode()}{stamp}"
    made = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())
    return Signed(
        {"X-HubSpot-Signature-v3": made.decode(), "X-HubSpot-Request-Timestamp": stamp}, body
    )


def _segment(secret: str, at: float, body: bytes) -> Signed:
    del at
    return Signed({"X-Signature": hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}, body)


def _items(secret: str, at: float, body: bytes) -> Signed:
    """`t=...,v1=...`, as Stripe and Didomi's kind of tools do."""
    made = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha512).hexdigest()
    return Signed({"X-Sig": f"t={at:.0f},v0=00ff,v1={made}"}, body)


def _prefixed(secret: str, at: float, body: bytes) -> Signed:
    """`v0=...` over `v0:time:body`, as Slack does."""
    stamp = datetime.fromtimestamp(at, UTC).isoformat()
    text = b"v0:%s:%s" % (stamp.encode(), body)
    made = hmac.new(bytes.fromhex(secret), text, hashlib.sha256).hexdigest()
    return Signed({"X-Sig": f"v0={made}", "X-At": stamp}, body)


def _mailgun(secret: str, at: float, body: bytes) -> Signed:
    token = "0123456789abcdef" * 3
    made = hmac.new(secret.encode(), f"{at:.0f}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": f"{at:.0f}", "token": token, "signature": made}
    whole = {"signature": signature, "event-data": json.loads(body)}
    return Signed({}, json.dumps(whole).encode())


def _basic(secret: str, at: float, body: bytes) -> Signed:
    del at
    pair = base64.b64encode(f"crm:{secret}".encode()).decode()
    return Signed({"Authorization": f"Basic {pair}"}, body)


def _bearer(secret: str, at: float, body: bytes) -> Signed:
    del at
    return Signed({"Authorization": f"Bearer {secret}"}, body)


def _api_key(secret: str, at: float, body: bytes) -> Signed:
    del at
    return Signed({"X-Api-Key": secret}, body)


def _path(secret: str, at: float, body: bytes) -> Signed:
    del at
    return Signed({}, body, secret)


@cache
def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """A key pair for each name; SendGrid makes one for each account."""
    del secret
    return ec.generate_private_key(ec.SECP256R1())


def public_key(secret: str) -> str:
    """As SendGrid shows it."""
    der = (
        private_key(secret)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(der).decode()


def _sendgrid(secret: str, at: float, body: bytes) -> Signed:
    stamp = f"{at:.0f}"
    made = private_key(secret).sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Signed(
        {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(made).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        },
        body,
    )


HEX = tuple(secret.encode().hex() for secret in SECRETS)

SENDERS: Mapping[str, Sender] = {
    "standard-webhooks": Sender(
        {"scheme": "standard-webhooks"},
        _standard("webhook"), "webhook-signature", 300, secrets=WHSEC,
    ),
    "svix": Sender(
        {"scheme": "standard-webhooks"},
        _standard("svix"), "svix-signature", 300, secrets=WHSEC,
    ),
    "shopify": Sender({"scheme": "shopify"}, _shopify, "X-Shopify-Hmac-Sha256"),
    "hubspot": Sender(
        {"scheme": "hubspot", "public_url": URL}, _hubspot, "X-HubSpot-Signature-v3", 300
    ),
    "segment": Sender({"scheme": "segment"}, _segment, "X-Signature"),
    "hmac, items": Sender(
        {"scheme": "hmac", "signature_header": "X-Sig", "algorithm": "sha512",
         "signed": "{timestamp}.{body}", "signature_item": "v1", "timestamp_item": "t",
         "tolerance_s": 60},
        _items, "X-Sig", 60,
    ),
    "hmac, prefix": Sender(
        {"scheme": "hmac", "signature_header": "X-Sig", "prefix": "v0=",
         "signed": "v0:{timestamp}:{body}", "timestamp_header": "X-At",
         "timestamp_unit": "rfc3339", "secret_encoding": "hex"},
        _prefixed, "X-Sig", 300, secrets=HEX,
    ),
    "sendgrid": Sender(
        {"scheme": "sendgrid"}, _sendgrid, "X-Twilio-Email-Event-Webhook-Signature", 86_400,
        stored=tuple(map(public_key, SECRETS)),
    ),
    "mailgun": Sender({"scheme": "mailgun"}, _mailgun, None, 43_200, covers_body=False),
    "basic": Sender(
        {"scheme": "basic", "user": "crm"}, _basic, "Authorization", covers_body=False
    ),
    "bearer": Sender({"scheme": "bearer"}, _bearer, "Authorization", covers_body=False),
    "api key": Sender(
        {"scheme": "bearer", "token_header": "X-Api-Key", "token_prefix": ""},
        _api_key, "X-Api-Key", covers_body=False,
    ),
    "path": Sender({"scheme": "path"}, _path, None, covers_body=False),
}  # fmt: skip


def secret_files(folder: Path, secrets: Sequence[str]) -> list[str]:
    """A file for each secret."""
    files = []
    for number, secret in enumerate(secrets):
        file = folder / f"secret-{number}"
        file.write_text(f"{secret}\n", "utf-8")
        files.append(str(file))
    return files


def check_of(sender: Sender, folder: Path, count: int = 2) -> SenderCheck:
    """The check of a sender, with the first `count` of its secrets."""
    stored = (sender.stored or sender.secrets)[:count]
    table = {**sender.table, "secret_files": secret_files(folder, stored)}
    return SCHEMES[str(table["scheme"])].model_validate(table).open()
