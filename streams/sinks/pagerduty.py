"""PagerDuty, Events API v2: an incident a group, by its deduplication key.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
What is triggered again under the key of an open incident goes to its log and notifies nobody; a
resolve closes it. So what has become ten times as much is triggered under a key of its own, and
a resolve closes all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from pydantic import Field, SecretStr, field_validator

from streams.alerts.alert import Alert
from streams.core.instants import format_instant
from streams.sinks.alert_fields import (
    for_people,
    headline,
    level,
    shown_controller,
    shown_recipient,
    what_to_do,
)
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
            result = DELIVERED
            for event in self._events(loads[at]):
                result = await post_event(event)
                if result is not DELIVERED:
                    break
            return result

        async def post_event(event: dict[str, Any]) -> DeliveryResult:
            body = msgspec.json.encode(event)
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

    def _events(self, alert: Alert) -> list[dict[str, Any]]:
        """The trigger of an alert, or the resolves of all incidents that it has made.

        A resolve has a payload as well, which says why.
        """
        firing = alert.state == "firing"
        event: dict[str, Any] = {
            "routing_key": self._options.routing_key.get_secret_value(),
            "event_action": "trigger" if firing else "resolve",
            "client": "Consentry",
            "payload": self._payload(alert),
        }
        if self._options.client_url is not None:
            event["client_url"] = self._options.client_url
        if alert.runbook_url is not None:
            event["links"] = [{"href": alert.runbook_url, "text": "Runbook"}]
        steps = [alert.growth] if firing else range(alert.growth + 1)
        return [event | {"dedup_key": dedup_key(alert.key, step)} for step in steps]

    def _payload(self, alert: Alert) -> dict[str, Any]:
        name, action = what_to_do(alert)
        return {
            "summary": headline(alert, _LONGEST_SUMMARY),
            "source": self._options.instance,
            "severity": _SEVERITIES[level(alert)],
            "timestamp": format_instant(alert.last_at),
            "component": shown_recipient(alert) or "none",
            "group": shown_controller(alert) or "none",
            "class": alert.code,
            # They stand in this order where people read them.
            "custom_details": {name: action} | dict(for_people(alert)),
        }


def dedup_key(key: str, growth: int = 0) -> str:
    """The key of the group, or its digest where PagerDuty would cut it.

    Each growth tenfold has a key of its own: only a new incident notifies.
    """
    own = f"{key}:x{10**growth}" if growth else key
    if len(own.encode()) <= _LONGEST_KEY:
        return own
    return f"sha256:{sha256(own.encode()).hexdigest()}"
