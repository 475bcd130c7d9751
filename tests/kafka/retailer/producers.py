"""The retailer's systems: each writes as it always did, by librdkafka, packed with zstd."""

from __future__ import annotations

import http.client
import importlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.kafka.registry_clients import register
from tests.kafka.retailer.people import A, B, C, Customer, D, E
from tests.receive.senders import SECRETS, SENDERS
from tests.registry.fake import framed
from tests.registry.test_protobuf import compiled
from tests.registry.test_reading import avro_body

FOLDER = Path(__file__).parent
HOUR = 3_600
DAY = 24 * HOUR
POST = 20
"""Events in one webhook."""


class Producers:
    """All systems that send. Instants are counted back from when the story is played."""

    def __init__(self, brokers: str, prefix: str, registry: str, folder: Path) -> None:
        self._prefix = prefix
        self._now = time.time()
        self._kafka = importlib.import_module("confluent_kafka").Producer(
            {"bootstrap.servers": brokers, "compression.type": "zstd", "linger.ms": 5}
        )
        consent, order = FOLDER / "crm" / "consent.avsc", FOLDER / "shop" / "order.proto"
        topic = f"{prefix}.retail.crm.consent.v1"
        self._consent_schema = json.loads(consent.read_text())
        self._consent_id = register(registry, f"{topic}-value", consent.read_text())
        topic = f"{prefix}.retail.shop.orders"
        self._order_id = register(registry, f"{topic}-value", order.read_text(), "PROTOBUF")
        self._order = compiled(order.read_text(), {}, folder, "retail.shop.Order")

    def flush(self) -> None:
        """Wait until the broker has all of it."""
        assert self._kafka.flush(30) == 0

    def people(self, customers: Sequence[Customer]) -> None:
        """The master data: which pseudonyms are one person."""
        for one in customers:
            self._send(
                "crm.identities", one.number, {"customer-id": one.subject, "email": one.by_mail}
            )

    def choice(self, one: Customer, change: str, state: str, ago: float) -> None:
        """The CRM: somebody's choice changed. Its records carry the time of the change."""
        at = round((self._now - ago) * 1000)
        form = {"notice": "privacy-2026-05", "evidence": f"forms/{change}"}
        record = {
            "changeId": change, "customerNumber": one.number, "choice": "AD_AUDIENCES",
            "state": state, "changedAt": at, "form": form if state == "GIVEN" else None,
        }  # fmt: skip
        body = avro_body(self._consent_schema, record)
        self._send("crm.consent.v1", one.number, framed(self._consent_id, body), at)

    def order(self, one: Customer, number: str, ago: float) -> None:
        """The shop: an order of coffee."""
        order = self._order(
            order_number=number, customer_number=one.number, email=one.email, status="PLACED",
            departments=["coffee"],
        )  # fmt: skip
        order.changed_at.FromSeconds(round(self._now - ago))
        body = b"\0" + order.SerializeToString()
        self._send("shop.orders", number, framed(self._order_id, body))

    def upload(self, name: str, customers: Sequence[Customer], ago: float) -> None:
        """The CDP hands a list to Google Customer Match, with the body that it sends there."""
        rows = [{"email": one.email, "thirdPartyUserId": one.number} for one in customers]
        body = {
            "messageId": name, "userId": "cdp", "type": "audiencelist",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._now - ago)),
            "_destination": {
                "audienceId": "8412345", "type": "google_adwords_remarketing_lists",
                "isHashRequired": True, "consent": {"adUserData": "GRANTED"},
            },
            "properties": {"listData": {"add": rows}},
        }  # fmt: skip
        self._send("ads.uploads", name, body)

    def mail(self, one: Customer, name: str, event: str, ago: float) -> dict[str, Any]:
        """An event of the e-mail tool, for a webhook."""
        return {
            "email": one.email, "timestamp": round(self._now - ago), "event": event,
            "sg_event_id": name, "sg_message_id": f"14c5d75ce93.{name}.filter0001",
            "smtp-id": "<14c5d75ce93@mail.example.net>", "mailing": "coffee-weekly",
        }  # fmt: skip

    def story(self) -> list[dict[str, Any]]:
        """What happens to the five, and one record of the CRM that its map has no word for.

        Returns what the e-mail tool has to say of them.
        """
        self.choice(A, "a-given", "GIVEN", 30 * DAY)
        self.choice(C, "c-given", "GIVEN", 30 * DAY)
        self.choice(C, "c-withdrawn", "WITHDRAWN", 2 * DAY)
        self.choice(B, "b-odd", "UNDER_REVIEW", 2 * DAY)
        self.upload("audience-1", (A, B, C), 5 * HOUR)
        self.order(D, "d-1", 40 * DAY)
        self.order(E, "e-1", 40 * DAY)
        return [
            self.mail(D, "d-mail", "processed", 6 * HOUR),
            self.mail(E, "e-mail", "processed", 6 * HOUR),
            self.mail(E, "e-opened", "open", 5 * HOUR),
            self.mail(E, "e-left", "unsubscribe", 4 * HOUR),
            self.mail(E, "e-again", "processed", 2 * HOUR),
        ]

    def others(self, customers: Sequence[Customer]) -> list[dict[str, Any]]:
        """What happens to the others; returns what the e-mail tool has to say of them."""
        for one in customers:
            self.choice(one, f"given-{one.number}", "GIVEN", 20 * DAY)
            self.order(one, f"order-{one.number}", 20 * DAY)
        self.upload(f"audience-{customers[0].number}", customers, 3 * HOUR)
        return [self.mail(one, f"mail-{one.number}", "processed", HOUR) for one in customers]

    def _send(self, topic: str, key: str, value: Any, at_ms: int = 0) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self._kafka.produce(f"{self._prefix}.retail.{topic}", content, key, timestamp=at_ms)


class MailTool:
    """SendGrid: posts its events to a receiver, signed, several to a post."""

    def __init__(self, address: str) -> None:
        self._address = address

    def post(self, events: Sequence[dict[str, Any]]) -> None:
        """Each post must be taken."""
        for begin in range(0, len(events), POST):
            assert self._posted(events[begin : begin + POST], SECRETS[0]) == 200

    def refused(self, events: Sequence[dict[str, Any]]) -> bool:
        """Whether a post of somebody else is refused."""
        return self._posted(events, SECRETS[1]) == 401

    def _posted(self, events: Sequence[dict[str, Any]], secret: str) -> int:
        signed = SENDERS["sendgrid"].sign(secret, time.time(), json.dumps(events).encode())
        connection = http.client.HTTPConnection(self._address, timeout=30)
        try:
            connection.request("POST", "/hooks/events", signed.body, dict(signed.headers))
            return connection.getresponse().status
        finally:
            connection.close()
