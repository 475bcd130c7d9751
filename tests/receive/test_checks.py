"""Each scheme accepts what its sender signs, and nothing that differs from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.receive.refusal import UNTRUSTED, RefusalReason, RequestRefused
from streams.receive.request import Inbound
from streams.receive.sources import SCHEMES
from tests.receive.senders import BODY, NOW, SENDERS, Sender, Signed, check_of

EVERY = pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS.keys())
WITH_HEADER = pytest.mark.parametrize(
    "sender",
    [s for s in SENDERS.values() if s.proof],
    ids=[n for n, s in SENDERS.items() if s.proof],
)
DATED = pytest.mark.parametrize(
    "sender",
    [s for s in SENDERS.values() if s.dated],
    ids=[n for n, s in SENDERS.items() if s.dated],
)
STRANGER = {"whsec_": "whsec_" + "c3RyYW5nZXItc2VjcmV0LW9mLW5vYm9keQ=="}


def refusal(
    sender: Sender, request: Inbound, folder: Path, now: float = NOW
) -> RefusalReason | None:
    try:
        check_of(sender, folder).require(request, now)
    except RequestRefused as refused:
        return refused.reason
    return None


def test_every_scheme_has_a_sender() -> None:
    # What SNS sends: test_sns.py.
    assert {sender.table["scheme"] for sender in SENDERS.values()} == set(SCHEMES) - {"sns"}


@EVERY
@pytest.mark.parametrize("number", [0, 1], ids=["the new secret", "the one before"])
def test_it_is_accepted(sender: Sender, number: int, tmp_path: Path) -> None:
    request = sender.sign(sender.secrets[number], NOW, BODY).inbound
    assert refusal(sender, request, tmp_path) is None


@EVERY
def test_a_secret_that_was_taken_out_is_not(sender: Sender, tmp_path: Path) -> None:
    check = check_of(sender, tmp_path, count=1)
    with pytest.raises(RequestRefused) as refused:
        check.require(sender.sign(sender.secrets[1], NOW, BODY).inbound, NOW)
    assert refused.value.reason in (RefusalReason.SIGNATURE, RefusalReason.CREDENTIALS)


@EVERY
def test_another_body_is_not(sender: Sender, tmp_path: Path) -> None:
    signed = sender.sign(sender.secrets[0], NOW, BODY)
    altered = signed._replace(body=signed.body.replace(b"unsub", b"resub")).inbound
    assert altered.body != signed.body
    if sender.covers_body:
        assert refusal(sender, altered, tmp_path) is RefusalReason.SIGNATURE
    else:  # docs/receive.md says so of these schemes
        assert refusal(sender, altered, tmp_path) is None


@DATED
def test_what_was_signed_too_long_ago_is_not(sender: Sender, tmp_path: Path) -> None:
    assert sender.dated is not None
    request = sender.sign(sender.secrets[0], NOW, BODY).inbound
    assert refusal(sender, request, tmp_path, NOW + sender.dated - 1) is None
    assert refusal(sender, request, tmp_path, NOW + sender.dated + 1) is RefusalReason.TOO_OLD
    assert refusal(sender, request, tmp_path, NOW - 301) is RefusalReason.TOO_OLD


@DATED
def test_a_time_that_was_put_in_later_is_not(sender: Sender, tmp_path: Path) -> None:
    """An old request with the time of now."""
    old = sender.sign(sender.secrets[0], NOW - 1e6, BODY)
    new = sender.sign(sender.secrets[0], NOW, BODY)
    if sender.proof is None:
        body = old.body.replace(b"%d" % (NOW - 1e6), b"%d" % NOW)
        mixed = Signed(old.headers, body)
    elif len(new.headers) == 1:  # both stand in one header
        text = old.headers[sender.proof].replace(f"{NOW - 1e6:.0f}", f"{NOW:.0f}")
        mixed = Signed({sender.proof: text}, BODY)
    else:
        mixed = Signed({**new.headers, sender.proof: old.headers[sender.proof]}, BODY)
    assert refusal(sender, mixed.inbound, tmp_path) is RefusalReason.SIGNATURE


@EVERY
def test_without_what_it_shows_it_is_not(sender: Sender, tmp_path: Path) -> None:
    assert refusal(sender, Signed({}, b"{}").inbound, tmp_path) is RefusalReason.MISSING
    signed = sender.sign(sender.secrets[0], NOW, BODY)
    for name in signed.headers:
        rest = {other: value for other, value in signed.headers.items() if other != name}
        found = refusal(sender, signed._replace(headers=rest).inbound, tmp_path)
        assert found is (None if name == "X-Shopify-Topic" else RefusalReason.MISSING), name


@WITH_HEADER
def test_a_header_that_is_there_twice_is_not(sender: Sender, tmp_path: Path) -> None:
    assert sender.proof is not None
    request = sender.sign(sender.secrets[0], NOW, BODY).inbound
    name = sender.proof.lower()
    twice = {**request.headers, name: (*request.headers[name], "other")}
    assert refusal(sender, request._replace(headers=twice), tmp_path) is RefusalReason.DOUBLE


@EVERY
@pytest.mark.parametrize(
    "text", ["", "x", "é", "\udcff", "=" * 20, "v1,", "t=1,t=2,v1=00", "a" * 5000]
)
def test_nonsense_is_refused_and_breaks_nothing(sender: Sender, text: str, tmp_path: Path) -> None:
    signed = sender.sign(sender.secrets[0], NOW, BODY)
    for name in signed.headers:
        if name == "X-Shopify-Topic":
            continue
        found = refusal(
            sender, signed._replace(headers={**signed.headers, name: text}).inbound, tmp_path
        )
        assert found in UNTRUSTED | {RefusalReason.HEADERS_TOO_LARGE}, name
    if sender.proof is None:
        wrong = signed._replace(body=text.encode("utf-8", "replace"), secret_path="x").inbound
        assert refusal(sender, wrong, tmp_path) in UNTRUSTED | {RefusalReason.BODY}


def test_the_url_is_part_of_what_hubspot_signs(tmp_path: Path) -> None:
    sender = SENDERS["hubspot"]
    request = sender.sign(sender.secrets[0], NOW, BODY).inbound
    assert (
        refusal(sender, request._replace(url=f"{request.url}?x=1"), tmp_path)
        is RefusalReason.SIGNATURE
    )
    assert refusal(sender, request._replace(method="PUT"), tmp_path) is RefusalReason.SIGNATURE


def test_an_hmac_in_upper_case_is_the_same_one(tmp_path: Path) -> None:
    sender = SENDERS["segment"]
    signed = sender.sign(sender.secrets[0], NOW, BODY)
    upper = {name: value.upper() for name, value in signed.headers.items()}
    assert refusal(sender, signed._replace(headers=upper).inbound, tmp_path) is None


def test_another_user_with_the_password_is_not(tmp_path: Path) -> None:
    sender = Sender({"scheme": "basic", "user": "shop"}, SENDERS["basic"].sign, "Authorization")
    request = sender.sign(sender.secrets[0], NOW, BODY).inbound
    assert refusal(sender, request, tmp_path) is RefusalReason.CREDENTIALS


class TestMailgun:
    """Its signature says nothing of the body, so a token is good for one body."""

    sender = SENDERS["mailgun"]

    def signed(self) -> Signed:
        return self.sender.sign(self.sender.secrets[0], NOW, BODY)

    def test_the_same_request_once_more_is_an_attempt(self, tmp_path: Path) -> None:
        check = check_of(self.sender, tmp_path)
        for _ in range(2):
            check.require(self.signed().inbound, NOW)

    def test_its_token_with_another_body_is_refused(self, tmp_path: Path) -> None:
        check = check_of(self.sender, tmp_path)
        signed = self.signed()
        check.require(signed.inbound, NOW)
        with pytest.raises(RequestRefused) as refused:
            check.require(
                signed._replace(body=signed.body.replace(b"unsub", b"resub")).inbound, NOW
            )
        assert refused.value.reason is RefusalReason.REPLAYED

    def test_two_signatures_are_none(self, tmp_path: Path) -> None:
        body = self.signed().body
        doubled = b'{"signature": {"token": "x"}, ' + body[1:]
        assert refusal(self.sender, Signed({}, doubled).inbound, tmp_path) is RefusalReason.DOUBLE

    @pytest.mark.parametrize(
        "body", [b"[]", b'{"signature": 1}', b'{"signature": {"timestamp": true}}', b"null"]
    )
    def test_a_body_without_one_is_refused(self, body: bytes, tmp_path: Path) -> None:
        assert refusal(self.sender, Signed({}, body).inbound, tmp_path) is RefusalReason.MISSING

    def test_deep_json_breaks_nothing(self, tmp_path: Path) -> None:
        deep = b"[" * 200_000
        assert refusal(self.sender, Signed({}, deep).inbound, tmp_path) is RefusalReason.BODY

    def test_only_so_many_tokens_are_remembered(self) -> None:
        from streams.receive.checks.mailgun import MailgunCheck

        check = MailgunCheck(self.sender.secrets, 10, tokens_max=2)
        for number in range(4):
            check._require_own_body(str(number), b"x")
        assert list(check._bodies) == ["2", "3"]
