"""Every code of messages, once firing and once silent (legal model 4.3, 4.6)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import (
    OFFERS,
    OWN,
    TPDM,
    buy,
    erase,
    grant,
    message,
    object_,
    own_grant,
    refund,
    refuse,
    withdraw,
)
from tests.core.stories import found

ADVERTISED: dict[str, Any] = {"advertiser_id": "ACME", "legal_basis_claimed": "CONSENT"}
CONSENT: dict[str, Any] = {"legal_basis_claimed": "CONSENT"}

FIRING: list[tuple[str, list[Event]]] = [
    ("M01", [buy(0), object_(1), message(2)]),
    ("M01", [buy(0), erase(1), message(2)]),
    ("M01", [buy(0), withdraw(1, purposes=[OWN]), message(2)]),
    ("M01", [buy(0), refuse(1, purposes=[OWN]), message(2)]),
    ("M01", [buy(0, opt_out_exercised_at_collection=True), message(2)]),
    ("M02", [buy(0), message(2, **ADVERTISED)]),
    ("M02", [buy(0), message(2, advertiser_id="ACME")]),
    ("M02", [grant(0, purposes=[OFFERS], recipient_ids=["B"]), message(2, **ADVERTISED)]),
    ("M03", [buy(0), message(2, channel="PHONE_HUMAN")]),
    ("M03", [buy(0), message(2, channel="AUTOMATED_CALL")]),
    ("M03", [buy(0), message(2, channel="FAX")]),
    ("M03", [buy(0), message(2, channel="INBOX_AD")]),
    ("M03", [buy(0), message(2, channel="PUSH")]),
    ("M03", [buy(0), message(2, channel="SOCIAL_DM")]),
    ("M04", [message(2)]),
    ("M05", [buy(0, seller_controller_id="SISTERCO"), message(2)]),
    ("M05", [buy(0), message(2, sender_controller_id="SISTERCO", advertiser_id="SISTERCO")]),
    ("M06", [buy(0, contact_details_obtained=["PHONE"]), message(2)]),
    ("M06", [buy(0, contact_details_obtained=["EMAIL"]), message(2, channel="SMS")]),
    ("M07", [buy(0, opt_out_offered_at_collection=False), message(2)]),
    ("M08", [buy(0), refund(1), message(2)]),
    ("M08", [buy(0), refund(1, action="CANCELLED"), message(2)]),
    ("M08", [buy(0, consideration="NONE"), message(2)]),
    ("M08", [buy(0, consideration="INDIRECT_FREEMIUM"), message(2)]),
    ("M09", [buy(0), message(2, product_categories=["BOOKS"])]),
    ("M09", [buy(0), message(2, product_categories=["COFFEE", "BOOKS"])]),
    ("M09", [buy(0), message(2, product_categories=[])]),
    (
        "M09",
        [
            buy(0, product_categories=["COFFEE", "BOOKS"]),
            refund(1, action="REFUNDED_PARTIAL", product_categories=["BOOKS"]),
            message(2, product_categories=["BOOKS"]),
        ],
    ),
    ("M10", [buy("2022-01-01T00:00:00Z"), message(2)]),
    ("M11", [message(2, **CONSENT)]),
    ("M11", [message(2, legal_basis_claimed=None)]),
    ("M11", [grant(0, purposes=[TPDM]), message(2, **CONSENT)]),
    ("M20", [buy(0), message(2, unsubscribe_present=False)]),
    ("M21", [buy(0), message(2, sender_identity_present=False)]),
    ("M21", [buy(0), message(2, contact_point_present=False)]),
    ("S26", [buy(0), message(2, **CONSENT)]),
    ("S26", [buy(0), message(2, legal_basis_claimed="NONE")]),
    ("S26", [own_grant(0), message(2)]),
    ("S26", [own_grant(0), message(2, legal_basis_claimed="LEGITIMATE_INTEREST")]),
    ("S26", [own_grant(0), buy(0), message(2, legal_basis_claimed="NONE")]),
]

SILENT: list[tuple[str, list[Event]]] = [
    ("M01 an opt-out of another channel", [buy(0), object_(1, channels=["SMS"]), message(2)]),
    ("M01 an end to sharing", [buy(0), withdraw(1, purposes=[TPDM]), message(2)]),
    ("M02 consent that names the advertiser", [
        grant(0, purposes=[OFFERS]), message(2, **ADVERTISED)]),
    ("M03 consent for the channel", [own_grant(0), message(2, channel="PUSH", **CONSENT)]),
    ("M04 bought before", [buy(0), message(2)]),
    ("M04 bought before, by text message", [buy(0), message(2, channel="SMS")]),
    ("M04 bought before, in an app", [buy(0), message(2, channel="MESSAGING_APP")]),
    ("M05 one of two sales is the sender's", [
        buy(0, seller_controller_id="SISTERCO"), buy(0, id="own", purchase_id="p2"), message(2)]),
    ("M05 the sister sells and sends", [
        buy(0, seller_controller_id="SISTERCO"),
        message(2, sender_controller_id="SISTERCO", advertiser_id="SISTERCO")]),
    ("M08 another sale is paid back", [buy(0), refund(1, purchase_id="p2"), message(2)]),
    ("M08 paid back in part, the rest remains", [
        buy(0, product_categories=["COFFEE", "BOOKS"]),
        refund(1, action="REFUNDED_PARTIAL", product_categories=["BOOKS"]), message(2)]),
    ("M09 similar by the matrix", [buy(0), message(2, product_categories=["TEA"])]),
    ("M09 each from a sale of its own", [
        buy(0), buy(0, id="books", purchase_id="p2", product_categories=["BOOKS"]),
        message(2, product_categories=["COFFEE", "BOOKS"])]),
    ("M10 a subscription that runs", [
        buy("2022-01-01T00:00:00Z", relationship_ends_at=1), message(2)]),
    ("M11 consent", [own_grant(0), message(2, **CONSENT)]),
    ("M20 post shows no unsubscribe", [message(2, channel="POST", unsubscribe_present=False)]),
    ("M21 only calls show a number", [buy(0), message(2, caller_id_shown=False)]),
    ("S26 both bases are there", [own_grant(0), buy(0), message(2)]),
    ("S26 interest rests on the exception", [
        own_grant(0), buy(0), message(2, legal_basis_claimed="LEGITIMATE_INTEREST")]),
    ("S26 other claims rest on the exception", [
        buy(0), message(2, legal_basis_claimed="LEGITIMATE_INTEREST")]),
    ("a service message that says that it promotes nothing", [
        object_(1), message(2, message_purpose="SERVICE", contains_promotion=False)]),
    ("a service message that shows nothing to buy", [
        object_(1), message(2, message_purpose="SERVICE", product_categories=[])]),
    ("no one says who advertises", [buy(0), message(2, advertiser_id=None)]),
    ("post without any basis", [message(2, channel="POST", **CONSENT)]),
]  # fmt: skip


@pytest.mark.parametrize(("number", "events"), FIRING)
def test_fires(number: str, events: list[Event]) -> None:
    assert found(*events) == {"message": number}


@pytest.mark.parametrize("events", [e for _, e in SILENT], ids=[name for name, _ in SILENT])
def test_is_silent(events: list[Event]) -> None:
    assert found(*events) == {}


def test_promotion_makes_a_service_message_marketing() -> None:
    sent = message(2, message_purpose="SERVICE", contains_promotion=True)
    assert found(buy(0), object_(1), sent) == {"message": "M01"}


@pytest.mark.parametrize(
    ("channel", "codes"),
    [("PHONE_HUMAN", "M20 M21"), ("AUTOMATED_CALL", "M20 M21"), ("EMAIL", "M20")],
)
def test_only_calls_show_a_number(channel: str, codes: str) -> None:
    sent = message(2, channel=channel, caller_id_shown=False, unsubscribe_present=False, **CONSENT)
    assert found(own_grant(0, channels=[channel]), sent) == {"message": codes}


def test_post_must_name_who_sends() -> None:
    sent = message(2, channel="POST", sender_identity_present=False, unsubscribe_present=False)
    assert found(sent) == {"message": "M21"}


def test_post_after_an_objection() -> None:
    assert found(object_(1), message(2, channel="POST")) == {"message": "M01"}


def test_the_exception_without_unsubscribe_is_published_once() -> None:
    """It lapses (Tw 11.7(4)(b)), and stays one finding."""
    assert found(buy(0), message(2, unsubscribe_present=False)) == {"message": "M20"}
