"""Amazon SNS: messages that a certificate of SNS signed, of topics that are expected."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from streams.receive.checks.sns import SnsCheck
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.sources import SCHEMES
from tests.receive.senders import Signed
from tests.receive.serving import run, serving

NOW = 1_795_000_000.0
ARN = "arn:aws:sns:eu-west-1:123456789012:ses-events"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CONFIRM = f"{HOST}/?Action=ConfirmSubscription&TopicArn={ARN}&Token=2336412f37"
TABLE = {"scheme": "sns", "topic_arns": [ARN], "secret_files": []}

NOTIFICATION = {
    "Type": "Notification", "MessageId": "m-1", "TopicArn": ARN, "Message": '{"a": "1\\n2"}',
    "Timestamp": datetime.fromtimestamp(NOW, UTC).isoformat().replace("+00:00", ".000Z"),
}  # fmt: skip
HANDSHAKE = NOTIFICATION | {
    "Type": "SubscriptionConfirmation",
    "Token": "2336412f37",
    "SubscribeURL": CONFIRM,
}
ENDED = HANDSHAKE | {"Type": "UnsubscribeConfirmation"}
ORDER = {
    "Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    "SubscriptionConfirmation": [
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ],
}  # fmt: skip


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    del name
    return rsa.generate_private_key(65_537, 2048)


@cache
def certificate(days: int = 30, name: str = "aws") -> bytes:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    at = datetime.fromtimestamp(NOW, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key(name).public_key())
        .serial_number(1)
        .not_valid_before(at - timedelta(days=60))
        .not_valid_after(at + timedelta(days=days))
        .sign(key(name), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def signed(fields: Mapping[str, str], **changed: Any) -> dict[str, Any]:
    kind = fields["Type"].replace("Unsubscribe", "Subscription")
    text = "".join(f"{n}\n{fields[n]}\n" for n in ORDER[kind] if n in fields)
    made = key("aws").sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    more = {
        "SignatureVersion": "2",
        "Signature": base64.b64encode(made).decode(),
        "SigningCertURL": CERTIFICATE,
    }
    return {**fields, **more, **changed}


class Aws:
    """Gives the certificate, and notes what was asked for."""

    def __init__(self, pem: bytes | None = None) -> None:
        self.asked: list[str] = []
        self._pem = certificate() if pem is None else pem

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        return self._pem


async def checked(
    message: Mapping[str, Any] | bytes, aws: Aws | None = None, now: float = NOW
) -> RefusalReason | None:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    check = SnsCheck([ARN], 3600, (aws or Aws()).fetch)
    request = Signed({}, body).inbound
    try:
        await check.prepare(request)
        check.require(request, now)
    except RequestRefused as refused:
        return refused.reason
    return None


@run
async def test_what_sns_signs_is_accepted_with_and_without_a_subject() -> None:
    for message in (NOTIFICATION, NOTIFICATION | {"Subject": "Amazon SES"}, HANDSHAKE):
        assert await checked(signed(message)) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Message": "other"}, RefusalReason.SIGNATURE),
        ({"Subject": "put in"}, RefusalReason.SIGNATURE),
        ({"Signature": "AAAA"}, RefusalReason.SIGNATURE),
        ({"Signature": "é"}, RefusalReason.SIGNATURE),
        ({"Signature": 7}, RefusalReason.MISSING),
        ({"SignatureVersion": "1"}, RefusalReason.CREDENTIALS),
        ({"TopicArn": ARN.replace("123", "999")}, RefusalReason.CREDENTIALS),
        ({"Type": "Other"}, RefusalReason.MISSING),
        ({"SigningCertURL": ""}, RefusalReason.CREDENTIALS),
        ({"SigningCertURL": CERTIFICATE.replace("https", "http")}, RefusalReason.CREDENTIALS),
        ({"SigningCertURL": CERTIFICATE.replace("eu-west-1", "us-east-1")}, RefusalReason.CREDENTIALS),
        ({"SigningCertURL": CERTIFICATE.replace(".com/", ".com.evil.example/")}, RefusalReason.CREDENTIALS),
        ({"SigningCertURL": CERTIFICATE.replace("https://", "https://x@")}, RefusalReason.CREDENTIALS),
        ({"SigningCertURL": f"{HOST}/../x.pem"}, RefusalReason.CREDENTIALS),
    ],
)  # fmt: skip
@run
async def test_what_differs_is_not_and_no_other_address_is_asked(
    changed: dict[str, Any], reason: RefusalReason
) -> None:
    aws = Aws()
    assert await checked(signed(NOTIFICATION, **changed), aws) is reason
    assert aws.asked in ([], [CERTIFICATE])
    assert not aws.asked or reason is RefusalReason.SIGNATURE


@run
async def test_other_times_and_certificates_are_refused() -> None:
    message = signed(NOTIFICATION)
    assert await checked(message, now=NOW + 3601) is RefusalReason.TOO_OLD
    assert await checked(message, Aws(certificate(days=-1))) is RefusalReason.SIGNATURE
    assert await checked(message, Aws(certificate(name="stranger"))) is RefusalReason.SIGNATURE
    assert await checked(message, Aws(b"no certificate")) is RefusalReason.SIGNATURE
    undated = signed(NOTIFICATION | {"Timestamp": "2026-11-28T10:00:00"})
    assert await checked(undated) is RefusalReason.TIMESTAMP


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", RefusalReason.BODY),
        (b"\xff", RefusalReason.BODY),
        (b"[" * 100_000, RefusalReason.BODY),
        (b"[]", RefusalReason.MISSING),
        (b'{"mail": {}}', RefusalReason.MISSING),
        (b'{"Signature": 1, "Type": "Notification"}', RefusalReason.MISSING),
        (b'{"Type": "a", "Type": "b"}', RefusalReason.DOUBLE),
    ],
)
@run
async def test_what_is_no_message_is_refused(body: bytes, reason: RefusalReason) -> None:
    assert await checked(body) is reason


@run
async def test_the_certificate_is_asked_for_once_and_few_are_kept() -> None:
    aws = Aws()
    check = SnsCheck([ARN], 3600, aws.fetch)
    for number in range(40):
        url = CERTIFICATE.replace("0123", f"{number:04x}", 1)
        request = Signed({}, json.dumps(signed(NOTIFICATION, SigningCertURL=url)).encode()).inbound
        await check.prepare(request)
        await check.prepare(request)
    assert len(aws.asked) == 40
    assert len(check._certificates) <= 16


@run
async def test_a_subscription_is_confirmed_and_is_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = Aws()
    monkeypatch.setattr("streams.receive.handling.time.time", lambda: NOW)
    async with serving(tmp_path, {"ses": TABLE}) as served:
        served.handling._sources["ses"].check._fetch = aws.fetch  # type: ignore[attr-defined]
        body = json.dumps(signed(HANDSHAKE)).encode()
        assert (await served.ask("/hooks/ses", body))[0] == 200
        assert aws.asked == [CERTIFICATE, CONFIRM]
        assert served.written.records == []
        body = json.dumps(signed(NOTIFICATION)).encode()
        headers = {"x-amz-sns-message-id": "m-1", "Content-Type": "text/plain"}
        assert (await served.ask("/hooks/ses", body, **headers))[0] == 200
        [(_, record)] = served.written.records
        assert (record.key, record.value) == (b"m-1", body)
        counts = served.handling.counts["ses"]
        assert (counts.challenged, counts.accepted) == (1, 1)
        with structlog.testing.capture_logs() as logs:
            assert (await served.ask("/hooks/ses", json.dumps(signed(ENDED)).encode()))[0] == 200
        [said] = [line for line in logs if line["event"] == "receive.unsubscribed"]
        assert (said["topic_arn"], len(served.written.records)) == (ARN, 1)
        elsewhere = signed(
            HANDSHAKE | {"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription&x"}
        )
        assert (await served.ask("/hooks/ses", json.dumps(elsewhere).encode()))[0] == 401
        assert len(aws.asked) == 2


@pytest.mark.parametrize(
    "arn", ["arn:aws:sns:eu-west-1:1:x", f"{ARN}\n", "arn:aws:sqs:eu-west-1:123456789012:x"]
)
def test_an_arn_must_be_one_of_sns(arn: str) -> None:
    with pytest.raises(ValidationError):
        SCHEMES["sns"].model_validate(TABLE | {"topic_arns": [arn]})


def test_the_table_of_a_source(tmp_path: Path) -> None:
    made: Any = SCHEMES["sns"].model_validate(TABLE)
    assert made.topic_arns == (ARN,)
    with pytest.raises(ValidationError):
        SCHEMES["sns"].model_validate(TABLE | {"secret_files": [str(tmp_path)]})
