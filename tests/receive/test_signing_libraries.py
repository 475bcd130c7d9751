"""What the libraries of vendors sign and check, our checks accept and refuse alike."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader

from streams.receive.checks.sendgrid import SIGNATURE, TIMESTAMP
from streams.receive.refusal import RefusalReason, RequestRefused
from tests.receive.senders import BODY, NOW, SENDERS, WHSEC, Signed, check_of, public_key

AT = datetime.fromtimestamp(NOW, UTC)


def refusal(name: str, signed: Signed, folder: Path) -> RefusalReason | None:
    try:
        check_of(SENDERS[name], folder).require(signed.inbound, NOW)
    except RequestRefused as refused:
        return refused.reason
    return None


class TestSvix:
    """Svix signs for those who send through it."""

    def signed(self, secret: str, body: bytes = BODY) -> Signed:
        made = svix.webhooks.Webhook(secret).sign("msg_2", AT, body.decode())
        return Signed(
            {"svix-id": "msg_2", "svix-timestamp": f"{NOW:.0f}", "svix-signature": made}, body
        )

    @pytest.mark.parametrize("secret", WHSEC)
    def test_what_it_signs_is_accepted(self, secret: str, tmp_path: Path) -> None:
        assert refusal("svix", self.signed(secret), tmp_path) is None

    def test_what_it_signs_with_another_secret_is_not(self, tmp_path: Path) -> None:
        stranger = f"whsec_{base64.b64encode(b'someone else, 24 bytes..').decode()}"
        assert refusal("svix", self.signed(stranger), tmp_path) is RefusalReason.SIGNATURE

    def test_its_signature_is_for_its_body(self, tmp_path: Path) -> None:
        other = self.signed(WHSEC[0])._replace(body=BODY + b" ")
        assert refusal("svix", other, tmp_path) is RefusalReason.SIGNATURE

    def test_what_the_library_of_the_standard_signs_is_accepted(self, tmp_path: Path) -> None:
        made = standardwebhooks.Webhook(WHSEC[1]).sign("msg_3", AT, BODY.decode())
        signed = Signed(
            {"webhook-id": "msg_3", "webhook-timestamp": f"{NOW:.0f}", "webhook-signature": made}
        )
        assert refusal("standard-webhooks", signed, tmp_path) is None


class TestSendGrid:
    """Its library checks; both say the same of each request."""

    def theirs(self, signed: Signed, secret: str) -> bool:
        library: Any = EventWebhook(public_key(secret))
        signature = signed.headers[EventWebhookHeader.SIGNATURE]
        stamp = signed.headers[EventWebhookHeader.TIMESTAMP]
        return bool(library.verify_signature(signed.body.decode(), signature, stamp))

    def test_the_headers_are_theirs(self) -> None:
        assert (EventWebhookHeader.SIGNATURE, EventWebhookHeader.TIMESTAMP) == (
            SIGNATURE,
            TIMESTAMP,
        )

    @pytest.mark.parametrize("body", [BODY, b"[]", '[{"é": 1}]\r\n'.encode()])
    def test_both_accept(self, body: bytes, tmp_path: Path) -> None:
        sender = SENDERS["sendgrid"]
        signed = sender.sign(sender.secrets[0], NOW, body)
        assert self.theirs(signed, sender.secrets[0])
        assert refusal("sendgrid", signed, tmp_path) is None

    @pytest.mark.parametrize("what", ["body", "timestamp", "key"])
    def test_both_refuse(self, what: str, tmp_path: Path) -> None:
        sender = SENDERS["sendgrid"]
        signed = sender.sign(sender.secrets[0] if what != "key" else "stranger", NOW, BODY)
        if what == "body":
            signed = signed._replace(body=BODY + b" ")
        if what == "timestamp":
            signed = signed._replace(headers={**signed.headers, TIMESTAMP: f"{NOW + 1:.0f}"})
        assert not self.theirs(signed, sender.secrets[0])
        assert refusal("sendgrid", signed, tmp_path) is RefusalReason.SIGNATURE
