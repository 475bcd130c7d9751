"""Webhooks are signed as the specification says, and go nowhere by accident."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from streams.sinks.addresses import RefusedAddress, is_public, refuse_literal
from streams.sinks.contract import DeliveryStatus, SinkDown
from streams.sinks.webhook import WebhookOptions, webhook_id
from tests.sinks.benches import SECRET
from tests.sinks.loads import alerts, in_loop, updates
from tests.sinks.people_receivers import WebhookReceiver

OTHER = "whsec_" + base64.b64encode(b"another secret, of 32 bytes ....").decode()


def options(url: str, **changes: Any) -> WebhookOptions:
    return WebhookOptions.model_validate(
        {"type": "webhook", "url": url, "secret": SECRET, **changes}
    )


@in_loop
async def test_another_implementation_verifies_it() -> None:
    async with WebhookReceiver() as receiver:
        sink = options(f"{receiver.url}/hook").open()
        given = updates()
        await sink.send(given)
        await sink.close()
        assert len(receiver.got) == len(given)
        for headers, body in receiver.got:
            event = Webhook(SECRET).verify(body, headers)
            assert event["type"].startswith("consentry.v1.")
            assert event["data"]["consentry.id"] in headers["webhook-id"]
            with pytest.raises(WebhookVerificationError):
                Webhook(SECRET).verify(body + b" ", headers)
            with pytest.raises(WebhookVerificationError):
                Webhook(OTHER).verify(body, headers)


@in_loop
async def test_while_a_secret_changes_both_verify() -> None:
    async with WebhookReceiver() as receiver:
        sink = options(receiver.url, secret=OTHER, previous_secret=SECRET).open()
        await sink.send(updates()[:1])
        await sink.close()
        ((headers, body),) = receiver.got
        Webhook(SECRET).verify(body, headers)
        Webhook(OTHER).verify(body, headers)


@in_loop
async def test_the_id_stays_the_same_at_every_attempt() -> None:
    async with WebhookReceiver() as receiver:
        sink = options(receiver.url).open()
        update = updates()[0]
        receiver.fault = 500
        with pytest.raises(SinkDown):
            await sink.send([update])
        receiver.fault = None
        await sink.send([update])
        await sink.close()
        ids = {request.headers["webhook-id"] for request in receiver.requests}
        assert ids == {update.uid}


@in_loop
async def test_alerts_and_cloud_events() -> None:
    async with WebhookReceiver() as receiver:
        sink = options(receiver.url, format="alert").open()
        await sink.send(alerts())
        await sink.close()
        types = sorted(json.loads(body)["type"] for _, body in receiver.got)
        assert types == ["consentry.v1.alert.firing"] * 3 + ["consentry.v1.alert.resolved"]
        receiver.got.clear()
        sink = options(receiver.url, format="cloudevents-structured").open()
        await sink.send(updates())
        await sink.close()
        headers, body = receiver.got[0]
        assert headers["content-type"] == "application/cloudevents+json"
        assert json.loads(body)["specversion"] == "1.0"


@in_loop
async def test_some_taken_then_down_leaves_the_rest_to_be_tried_again() -> None:
    class Tiring(WebhookReceiver):
        async def take(self, request: Any, body: bytes) -> Any:
            if len(self.got) == 3:
                self.fault, self.fault_headers = 503, {"Retry-After": "9"}
            return await super().take(request, body)

    async with Tiring() as receiver:
        sink = options(receiver.url, concurrency=1).open()
        outcomes = await sink.send(updates(findings=3, duties=0))
        await sink.close()
    # All in their order; what was not taken waits.
    verdicts = [one.verdict for one in outcomes]
    assert verdicts.count(DeliveryStatus.DELIVERED) == 4
    assert verdicts[:4] == [DeliveryStatus.DELIVERED] * 4
    waiting = [one for one in outcomes if one.verdict is DeliveryStatus.RETRY]
    assert len(waiting) == 8
    assert {one.retry_after_s for one in waiting} == {9}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://example.org/"}, "https"),
        ({"url": "ftp://example.org/"}, "https"),
        ({"url": "https://user:word@example.org/"}, "no user"),
        ({"secret": "whsec_c2hvcnQ="}, "24 to 64"),
        ({"secret": "c2hvcnQ="}, "whsec_"),
        ({"token": "a\nb"}, "one line"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        options(**{"url": "https://example.org/", **change})
    assert caught.value.errors()[0]["loc"] == (next(iter(change)),)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "10.0.0.1", "[fd00::1]", "[::ffff:10.0.0.1]", "100.64.0.1", "[::]"],
)
@in_loop
async def test_private_addresses_are_refused(host: str) -> None:
    sink = options(f"https://{host}/hook").open()
    with pytest.raises(SinkDown, match="private") as caught:
        await sink.send(updates())
    await sink.close()
    assert caught.value.lasting


@in_loop
async def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from aiohttp.resolver import DefaultResolver

    async def inside(self: Any, host: str, port: int = 0, family: int = 0) -> list[Any]:
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": 2,
                "proto": 0,
                "flags": 0,
            }
        ]

    monkeypatch.setattr(DefaultResolver, "resolve", inside)
    async with WebhookReceiver() as receiver:
        port = receiver.url.rpartition(":")[2]
        url = f"http://hook.example.org:{port}/"
        sink = options(url, allow_http=True).open()
        with pytest.raises(SinkDown, match="private"):
            await sink.send(updates())
        await sink.close()
        assert receiver.got == []
        # The same, where it is meant.
        sink = options(url, allow_http=True, allow_private=True).open()
        await sink.send(updates()[:1])
        await sink.close()
        assert len(receiver.got) == 1


def test_addresses() -> None:
    assert is_public("93.184.216.34")
    assert not is_public("224.0.0.1")
    refuse_literal("https://example.org/")
    refuse_literal("http://localhost:1/")
    with pytest.raises(RefusedAddress):
        refuse_literal("https://192.168.0.1/")


def test_ids_have_no_dot() -> None:
    """The signed text has dots between its parts."""
    assert webhook_id("a:1") == "a:1"
    assert "." not in webhook_id("a.1")
    assert webhook_id("a.1") != webhook_id("a.2")
