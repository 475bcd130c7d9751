"""Prometheus Alertmanager, API v2: an alert a group, resolved when the group is.

Alertmanager resolves what nobody sends again before its `endsAt`, and forgets all at a new
start. So what fires is sent again every minute, `endsAt` lies `firing_for_s` ahead, and a resolve
sets it to now. Labels identify an alert there, and its routes read them. They hold no ids of
findings or persons. It notifies of new alerts only: what has become ten times as much is one more,
with the label `growth`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from pydantic import Field

from streams.alerts.alert import Alert
from streams.core.instants import Instant, format_instant
from streams.sinks.alert_fields import (
    facts,
    headline,
    level,
    shown_controller,
    shown_recipient,
    what_to_do,
)
from streams.sinks.batch import UpdateBatch, in_time
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.http_client import HttpClient, HttpOptions, phrase, raise_unless_answered
from streams.sinks.options import HeaderSecret
from streams.sinks.render import rejected

_REPEAT_S: Final = 60.0
"""As Prometheus does: its `resend-delay`."""

_SEVERITIES: Final = {
    "critical": "critical",
    "high": "critical",
    "medium": "warning",
    "low": "warning",
    "info": "info",
}


class AlertmanagerOptions(HttpOptions):
    """Prometheus Alertmanager; takes alerts by the alert policy."""

    type: Literal["alertmanager"] = Field(description="The kind of receiver.")
    url: str = Field(description="Up to its prefix: `http://127.0.0.1:9093`.")
    token: HeaderSecret | None = Field(None, description="Sent as `Authorization: Bearer`, if set.")
    instance: str = Field(
        "consentry", min_length=1, max_length=200, description="The label `instance`."
    )
    firing_for_s: float = Field(
        86_400.0,
        ge=60,
        description="Seconds after which Alertmanager resolves an alert that nobody sent again, "
        "since no deliverer runs; what fires is sent again every minute, or three times as often.",
    )

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Alerts."""
        return "alerts"

    @property
    def repeats_s(self) -> float:
        """A minute, or a third of `firing_for_s` where that is shorter."""
        return min(_REPEAT_S, self.firing_for_s / 3)

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return AlertmanagerSink(self)


class AlertmanagerSink:
    """Many alerts a request. Sending one again changes nothing there."""

    def __init__(self, options: AlertmanagerOptions) -> None:
        self._options = options
        self._client = HttpClient(options)
        self._base = f"{options.url.rstrip('/')}/api/v2"
        token = options.token
        self._headers = (
            {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
        )

    async def send(self, loads: Sequence[Alert]) -> Sequence[DeliveryResult]:
        """Send all; where the request is refused, each alone."""
        batch = UpdateBatch([alert.key for alert in loads])
        return await in_time(
            batch, self._send(list(enumerate(loads)), batch), self._options.timeout_s
        )

    async def check(self) -> Sequence[SinkCheck]:
        """Ask for its state."""
        what = "Alertmanager answers"
        try:
            reply = await self._client.ask("GET", f"{self._base}/status", headers=self._headers)
        except SinkDown as down:
            return [SinkCheck(what=what, ok=False, answer=down.problem)]
        return [SinkCheck(what=what, ok=reply.ok, answer=phrase(reply.status))]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _send(self, alerts: Sequence[tuple[int, Alert]], batch: UpdateBatch) -> None:
        # Two states of one alert in one request would be one; the last one is what holds.
        now_ms = int(time.time() * 1000)
        body = msgspec.json.encode(
            [
                self._alert(alert, step, now_ms)
                for _, alert in alerts
                for step in range(alert.growth + 1)
            ]
        )
        reply = await self._client.ask(
            "POST",
            f"{self._base}/alerts",
            body=body,
            headers={**self._headers, "Content-Type": "application/json"},
        )
        raise_unless_answered(reply)
        if reply.ok:
            for at, _ in alerts:
                batch.set(at, DELIVERED)
        elif len(alerts) == 1:
            batch.set(alerts[0][0], rejected(phrase(reply.status)))
        else:
            for one in alerts:
                await self._send([one], batch)

    def _alert(self, alert: Alert, step: int, now_ms: int) -> dict[str, Any]:
        """One of the alerts of a group: the first, or that of a growth tenfold."""
        starts_ms = now_ms if alert.fires_since is None else alert.fires_since
        # By a clock that was behind: nothing ends before it starts.
        ends_ms = max(now_ms, starts_ms)
        if alert.state == "firing":
            ends_ms += int(self._options.firing_for_s * 1000)
        labels = {
            "alertname": f"Consentry {alert.code}",
            "code": alert.code,
            "severity": _SEVERITIES[level(alert)],
            "recipient": shown_recipient(alert),
            "controller": shown_controller(alert),
            "instance": self._options.instance,
            "group": alert.key,
            "growth": f"x{10**step}" if step else "",
            "test": "true" if alert.test else "",
        }
        annotations = {
            "summary": headline(alert, 1_024),
            "description": ": ".join(what_to_do(alert)) if alert.action else "",
            "runbook_url": alert.runbook_url or "",
            **{_name(name): value for name, value in facts(alert)},
        }
        # When it began to fire, and not when the judged events were: they may be years old.
        return {
            "labels": {name: value for name, value in labels.items() if value},
            "annotations": {name: value for name, value in annotations.items() if value},
            "startsAt": format_instant(Instant(starts_ms)),
            "endsAt": format_instant(Instant(ends_ms)),
            "generatorURL": alert.runbook_url or "",
        }


def _name(title: str) -> str:
    """A name that Prometheus allows: letters, digits and underscores."""
    word = title.lower().partition(" (")[0]
    return "".join(char if char.isalnum() else "_" for char in word)
