"""PagerDuty, Events API v2: an incident a group, by its deduplication key.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
What is triggered again under the same key goes to the same incident; a resolve closes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from pydantic import Field, SecretStr, field_validator

from streams.alerts.alert import Alert
from streams.core.instants import format_instant
from streams.siem.plain import sentence
from streams.sinks.alert_fields import facts, headline, level
from streams.sinks.batch import one_by_one
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.http_client import HttpClient, HttpOptions, phrase, raise_unless_answered
from streams.sinks.render import rejected

_SEVERITIES: Final = {
    "critical": "critical",
    "high": "error",
    "medium": "warning",
    "low": "info",
    "info": "info",
}
_LONGEST_KEY: Final = 255
_LONGEST_SUMMARY: Final = 1_024


class PagerDutyOptions(HttpOptions):
    """PagerDuty; takes alerts by the alert policy."""

    type: Literal["pagerduty"] = Field(description="The kind of receiver.")
    url: str = Field(
        "https://events.pagerduty.com/v2/enqueue",
        description="In the EU `https://events.eu.pagerduty.com/v2/enqueue`.",
    )
    routing_key: SecretStr = Field(description="Integration key of the service, 32 characters.")
    instance: str = Field(
        "consentry", min_length=1, max_length=200, description="The source of the events."
    )
    client_url: str | None = Field(None, description="Link to your own page about Consentry.")

    @field_validator("routing_key")
    @classmethod
    def _has_its_length(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if len(text) != 32 or not text.isascii() or not text.isalnum():
            raise ValueError("should have 32 letters and digits")
        return key

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Alerts."""
        return "alerts"

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return PagerDutySink(self)


class PagerDutySink:
    """One request an alert."""

    def __init__(self, options: PagerDutyOptions) -> None:
        self._options = options
        self._client = HttpClient(options)

    async def send(self, loads: Sequence[Alert]) -> Sequence[DeliveryResult]:
        """Trigger or resolve, in their order."""

        async def post(at: int) -> DeliveryResult:
            body = msgspec.json.encode(self._event(loads[at]))
            headers = {"Content-Type": "application/json"}
            reply = await self._client.ask("POST", self._options.url, body=body, headers=headers)
            raise_unless_answered(reply)
            if reply.ok:
                return DELIVERED
            if reply.status == 400 and b"routing_key" in reply.body:
                raise SinkDown(
                    "400 Bad Request: the routing key is not known",
                    "Check the integration key of the service in PagerDuty.",
                    lasting=True,
                )
            return rejected(phrase(reply.status))

        keys = [alert.key for alert in loads]
        return await one_by_one(keys, post, timeout_s=self._options.timeout_s)

    async def check(self) -> Sequence[SinkCheck]:
        """Reach it; only an event would show whether the key is right."""
        what = "PagerDuty answers (the key is checked by `consentry sinks test`)"
        try:
            reply = await self._client.ask("HEAD", self._options.url)
        except SinkDown as down:
            return [SinkCheck(what=what, ok=False, answer=down.problem)]
        answer = f"{phrase(reply.status)} to HEAD"
        return [SinkCheck(what=what, ok=reply.status < 500, answer=answer)]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    def _event(self, alert: Alert) -> dict[str, Any]:
        event: dict[str, Any] = {
            "routing_key": self._options.routing_key.get_secret_value(),
            "event_action": "trigger" if alert.state == "firing" else "resolve",
            "dedup_key": dedup_key(alert.key),
        }
        if alert.state == "resolved":
            return event
        event |= {
            "client": "Consentry",
            "payload": {
                "summary": headline(alert, _LONGEST_SUMMARY),
                "source": self._options.instance,
                "severity": _SEVERITIES[level(alert)],
                "timestamp": format_instant(alert.last_at),
                "component": sentence(alert.recipient_id or "none", 255),
                "group": sentence(alert.controller_id or "none", 255),
                "class": alert.code,
                "custom_details": dict(facts(alert)) | {"Action": sentence(alert.action, 1_024)},
            },
        }
        if self._options.client_url is not None:
            event["client_url"] = self._options.client_url
        if alert.runbook_url is not None:
            event["links"] = [{"href": alert.runbook_url, "text": "Runbook"}]
        return event


def dedup_key(key: str) -> str:
    """The key of the group, or its digest where PagerDuty would cut it."""
    if len(key.encode()) <= _LONGEST_KEY:
        return key
    return f"sha256:{sha256(key.encode()).hexdigest()}"
