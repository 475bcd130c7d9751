"""Receivers that stand in for those that notify people: they enforce what these publish."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.sinks.http_receiver import HttpReceiver, json_answer


class WebhookReceiver(HttpReceiver):
    """A webhook that keeps what it gets; others verify the signature."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.method == "POST":
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.got.append((headers, body))
        return web.Response(status=204 if request.method == "POST" else 405)


class PagerDutyReceiver(HttpReceiver):
    """Events API v2, by PagerDuty's published schema of events.

    A trigger under the key of an open incident goes to its log and notifies nobody: `notified`
    are those that opened one.
    """

    key = "R0" + "a1" * 15

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        self.incidents: dict[str, str] = {}
        self.notified: list[str] = []

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        event = json.loads(body)
        if errors := self._errors(event):
            answer = {"status": "invalid event", "message": "Event object is invalid"}
            return json_answer(400, answer | {"errors": errors})
        self.events.append(event)
        state = "triggered" if event["event_action"] == "trigger" else "resolved"
        if state == "triggered" and self.incidents.get(event["dedup_key"]) != "triggered":
            self.notified.append(event["payload"]["summary"])
        if state == "triggered" or event["dedup_key"] in self.incidents:
            self.incidents[event["dedup_key"]] = state
        return json_answer(202, {"status": "success", "dedup_key": event["dedup_key"]})

    def _errors(self, event: dict[str, Any]) -> list[str]:
        errors = []
        known = "routing_key event_action dedup_key payload images links client client_url".split()
        if set(event) - set(known):
            errors.append("unknown fields")
        if event.get("routing_key") != self.key:
            errors.append("'routing_key' is not known")
        if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
            errors.append("'event_action' is invalid")
        if not 0 < len(event.get("dedup_key", "")) <= 255:
            errors.append("'dedup_key' is invalid")
        if event.get("event_action") == "trigger":
            payload = event.get("payload", {})
            if payload.get("severity") not in ("critical", "error", "warning", "info"):
                errors.append("'payload.severity' is invalid")
            if not 0 < len(payload.get("summary", "")) <= 1024 or not payload.get("source"):
                errors.append("'payload' lacks summary or source")
        return errors


class SlackReceiver(HttpReceiver):
    """An incoming webhook: limits of blocks as published, errors as plain text."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.says: tuple[int, str] | None = None

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.content_type == "application/json"
        if self.says is not None:
            return web.Response(status=self.says[0], text=self.says[1])
        message = json.loads(body)
        if not message.get("text"):
            return web.Response(status=400, text="no_text")
        if not self._fits(message):
            return web.Response(status=400, text="invalid_blocks")
        self.messages.append(message)
        return web.Response(text="ok")

    def _fits(self, message: dict[str, Any]) -> bool:
        blocks = message["blocks"]
        if not 0 < len(blocks) <= 50:
            return False
        for block in blocks:
            if block["type"] == "header":
                fits = (
                    0 < len(block["text"]["text"]) <= 150 and block["text"]["type"] == "plain_text"
                )
            else:
                texts = [*block.get("fields", []), *([block["text"]] if "text" in block else [])]
                limit = 2000 if "fields" in block else 3000
                fits = 0 < len(texts) <= 10 and all(0 < len(t["text"]) <= limit for t in texts)
            if not fits:
                return False
        return True


class AlertmanagerReceiver(HttpReceiver):
    """For faults only: what is taken is looked at with the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[dict[str, Any]] = []

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.path == "/api/v2/status":
            return json_answer(200, {})
        posted = json.loads(body)
        if any(not alert["labels"] for alert in posted):
            return json_answer(400, {"message": "at least one label pair required"})
        self.alerts += posted
        return web.Response(status=200)
