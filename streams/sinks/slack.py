"""Slack, by an incoming webhook: one message per alert.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
Slack dedupes nothing: a message whose answer was lost stands there twice. A webhook takes
about one message a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from pydantic import Field, SecretStr

from streams.alerts.alert import Alert
from streams.sinks.alert_fields import for_people, headline, what_to_do
from streams.sinks.batch import one_by_one
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.http_client import HttpClient, HttpOptions, phrase, raise_unless_answered
from streams.sinks.render import rejected

_LONGEST_SECTION: Final = 3_000
_LONGEST_HEADER: Final = 150
_FIELDS: Final = 10
_LONGEST_FIELD: Final = 2_000
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OF_THE_HOOK: Final = (
    b"no_service",
    b"no_team",
    b"invalid_token",
    b"no_active_hooks",
    b"channel_not_found",
    b"channel_is_archived",
    b"action_prohibited",
    b"posting_to_general_channel_denied",
    b"team_disabled",
    b"user_not_found",
)
"""What Slack says when no message at all would be taken."""


class SlackOptions(HttpOptions):
    """Slack; takes alerts by the alert policy."""

    type: Literal["slack"] = Field(description="The kind of receiver.")
    url: SecretStr = Field(description="The URL of the incoming webhook; who has it can post.")
    rate_per_s: float | None = Field(1.0, gt=0, description="Messages a second at most.")
    batch_max_records: int = Field(10, ge=1, le=10_000, description="Alerts a batch at most.")

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Alerts."""
        return "alerts"

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return SlackSink(self)


class SlackSink:
    """One message an alert."""

    def __init__(self, options: SlackOptions) -> None:
        self._options = options
        self._client = HttpClient(options)

    async def send(self, loads: Sequence[Alert]) -> Sequence[DeliveryResult]:
        """Post each, in order."""

        async def post(at: int) -> DeliveryResult:
            reply = await self._client.ask(
                "POST",
                self._options.url.get_secret_value(),
                body=msgspec.json.encode(slack_message(loads[at])),
                headers={"Content-Type": "application/json"},
            )
            # Slack's own words, from a closed list: they say more than the status.
            for answer in _OF_THE_HOOK:
                if not reply.ok and reply.body.strip() == answer:
                    raise SinkDown(
                        f"{phrase(reply.status)}: {answer.decode()}",
                        "Make a new incoming webhook, or put its channel right.",
                        lasting=True,
                    )
            raise_unless_answered(reply)
            return DELIVERED if reply.ok else rejected(phrase(reply.status))

        # Messages stand in a channel in the order in which they come.
        keys = [alert.key for alert in loads]
        return await one_by_one(keys, post, timeout_s=self._options.timeout_s)

    async def check(self) -> Sequence[SinkCheck]:
        """Reach it; an empty message shows whether the webhook is there, and posts nothing."""
        what = "the webhook is there"
        url = self._options.url.get_secret_value()
        headers = {"Content-Type": "application/json"}
        try:
            reply = await self._client.ask("POST", url, body=b"{}", headers=headers)
        except SinkDown as down:
            return [SinkCheck(what=what, ok=False, answer=down.problem)]
        return [
            SinkCheck(what=what, ok=reply.status == 400, answer=f"{phrase(reply.status)} to {{}}")
        ]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


def slack_message(alert: Alert) -> dict[str, Any]:
    """Blocks for people, and a text for notifications."""
    title = headline(alert, _LONGEST_HEADER)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    ]
    name, action = what_to_do(alert, 2_000)
    if action:
        blocks.append(_section(f"*{name}*\n{_escape(action)}"))
    fields = [
        _text(f"*{name}*\n{_escape(value)}", _LONGEST_FIELD) for name, value in for_people(alert)
    ]
    blocks.append({"type": "section", "fields": fields[:_FIELDS]})
    if alert.runbook_url is not None:
        blocks.append(_section(f"<{_escape(alert.runbook_url)}|Runbook>"))
    # What people are notified of is read without any mark-up.
    text = _escape(headline(alert, 1_024))
    return {"text": text, "mrkdwn": False, "blocks": blocks}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text, _LONGEST_SECTION)}


def _text(text: str, limit: int) -> dict[str, Any]:
    """`verbatim`: what looks like an address or a channel becomes no link."""
    return {"type": "mrkdwn", "verbatim": True, "text": _cut(text, limit)}


def _escape(text: str) -> str:
    """`&`, `<` and `>` are Slack's own; no text of others makes a link or a mention."""
    return text.translate(_ESCAPES)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
