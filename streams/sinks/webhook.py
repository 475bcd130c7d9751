"""A webhook by Standard Webhooks: signed, with an id that stays the same at every attempt.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
Receivers dedupe by `webhook-id`. While a secret is changed, both sign.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from pydantic import Field, SecretStr, field_validator

from streams.alerts.alert import Alert
from streams.core.findings import Finding
from streams.core.instants import format_instant
from streams.siem.lifecycle import step
from streams.siem.producer import Producer
from streams.sinks.alert_fields import alert_object
from streams.sinks.batch import one_by_one
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.http_client import HttpClient, HttpOptions, phrase, raise_unless_answered
from streams.sinks.options import HeaderSecret, UpdateOptions
from streams.sinks.render import as_object, rejected

_SECRET_PREFIX: Final = "whsec_"  # noqa: S105  # what a secret begins with
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9:_-]{1,200}")


class WebhookOptions(HttpOptions, UpdateOptions):
    """A signed webhook."""

    type: Literal["webhook"] = Field(description="The kind of receiver.")
    url: str = Field(description="Where to POST; https, or http on this host.")
    format: Literal["flat", "ocsf", "cloudevents-structured", "alert"] = Field(
        "flat",
        description="How a finding is written; `alert` takes alerts by the alert policy instead.",
    )
    secret: SecretStr = Field(description="`whsec_` and 24 to 64 bytes in base64; it signs.")
    previous_secret: SecretStr | None = Field(
        None, description="The secret before, which signs too while receivers change."
    )
    token: HeaderSecret | None = Field(None, description="Sent as `Authorization: Bearer`, if set.")
    allow_private: bool = Field(
        default=False,
        description="Allow private addresses; this host itself, spelt out, is allowed.",
    )
    concurrency: int = Field(4, ge=1, le=64, description="Requests side by side.")
    batch_max_records: int = Field(50, ge=1, le=10_000, description="Updates per batch at most.")

    @field_validator("secret", "previous_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            signing_key(secret.get_secret_value())
        return secret

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Alerts in the format of that name."""
        return "alerts" if self.format == "alert" else "updates"

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return WebhookSink(self)


class WebhookSink:
    """One request per update or alert; revisions of one finding in their order."""

    def __init__(self, options: WebhookOptions) -> None:
        self._options = options
        self._producer = options.producer
        secrets = (options.secret, options.previous_secret)
        self._keys = [signing_key(one.get_secret_value()) for one in secrets if one is not None]
        self._client = HttpClient(options, public_only=not options.allow_private)

    async def send(self, loads: Sequence[FindingUpdate | Alert]) -> Sequence[DeliveryResult]:
        """POST each; 2xx is taken, other 4xx than those of the receiver's state are rejected."""

        async def post(at: int) -> DeliveryResult:
            load = loads[at]
            body = _body(load, self._options.format, self._producer)
            return body if isinstance(body, DeliveryResult) else await self._post(load.uid, body)

        return await one_by_one(
            [load.identity if isinstance(load, FindingUpdate) else load.key for load in loads],
            post,
            timeout_s=self._options.timeout_s,
            concurrency=self._options.concurrency,
        )

    async def check(self) -> Sequence[SinkCheck]:
        """Ask the URL with HEAD: most receivers answer that it is not allowed, which is well."""
        what = "the receiver answers"
        try:
            reply = await self._client.ask("HEAD", self._options.url, headers=self._bearer())
        except SinkDown as down:
            return [SinkCheck(what=what, ok=False, answer=down.problem)]
        ok = reply.status < 500 and reply.status not in (401, 403, 410)
        return [SinkCheck(what=what, ok=ok, answer=f"{phrase(reply.status)} to HEAD")]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _post(self, uid: str, body: bytes) -> DeliveryResult:
        message_id = webhook_id(uid)
        at = int(time.time())
        structured = self._options.format == "cloudevents-structured"
        headers = {
            "Content-Type": "application/cloudevents+json" if structured else "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._keys, message_id, at, body),
            **self._bearer(),
        }
        reply = await self._client.ask("POST", self._options.url, body=body, headers=headers)
        raise_unless_answered(reply)
        return DELIVERED if reply.ok else rejected(phrase(reply.status))

    def _bearer(self) -> dict[str, str]:
        token = self._options.token
        return {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}


def signing_key(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError, without quoting it, when it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("should be whsec_ and 24 to 64 bytes in base64")
    return key


def signature(keys: Sequence[bytes], message_id: str, at: int, body: bytes) -> str:
    """One signature per key: HMAC-SHA256 over id, seconds since 1970 and body."""
    content = f"{message_id}.{at}.".encode() + body
    made = (base64.b64encode(hmac.digest(key, content, sha256)).decode() for key in keys)
    return " ".join(f"v1,{one}" for one in made)


def webhook_id(uid: str) -> str:
    """The uid, or its digest where it has characters that an id must not have, as a dot."""
    return uid if _PLAIN_ID.fullmatch(uid) else f"sha256-{sha256(uid.encode()).hexdigest()}"


def _body(load: FindingUpdate | Alert, form: str, producer: Producer) -> bytes | DeliveryResult:
    """`type`, `timestamp` and `data`, as the specification advises; CloudEvents have their own."""
    if isinstance(load, Alert):
        kind, at = f"alert.{load.state}", load.last_at
        data: dict[str, Any] | DeliveryResult = alert_object(load)
    else:
        record = load.record
        kind = f"{'finding' if isinstance(record, Finding) else 'duty'}.{step(record).value}"
        at = record.detected_at
        data = as_object(load, form, producer)
    if isinstance(data, DeliveryResult):
        return data
    if form == "cloudevents-structured":
        return msgspec.json.encode(data)
    event = {"type": f"consentry.v1.{kind}", "timestamp": format_instant(at), "data": data}
    return msgspec.json.encode(event)
