"""What counts as a raw personal value, on both sides of each boundary."""

from __future__ import annotations

import base64
import random
import uuid

import pytest

from streams.wire.looks import EVERYTHING, IDENTIFIER, INSTANT, VERSION, RawKind
from streams.wire.pii import (
    passes_eleven_test,
    raw_kind,
)

EMAIL = RawKind.EMAIL
PHONE = RawKind.PHONE
POSTCODE = RawKind.POSTCODE
BIRTH_DATE = RawKind.BIRTH_DATE
BSN = RawKind.BSN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jan.jansen@example.nl", EMAIL),
        ("JAN+NEWS@EXAMPLE.CO.UK", EMAIL),
        ("see jan@example.nl, please", EMAIL),
        ("<jan@example.nl>", EMAIL),
        ("mailto:jan@example.nl", EMAIL),
        ("mail=jan@example.nl", EMAIL),
        ("jan%40example.nl", EMAIL),
        ("zoë@bücher.example", EMAIL),
        ("a@b@example.nl", EMAIL),
        ("x@xn--bcher-kva.xn--p1ai", EMAIL),
        ("0612345678", PHONE),
        ("06-12345678", PHONE),
        ("06 12 34 56 78", PHONE),
        ("06.1234.5678", PHONE),
        ("020-1234567", PHONE),
        ("(020) 123 4567", PHONE),
        ("tel:0612345678", PHONE),
        ("+31612345678", PHONE),
        ("+31 6 12345678", PHONE),
        ("+31 (0)6 12345678", PHONE),
        ("+31-20-1234567", PHONE),
        ("+4930123456", PHONE),
        ("+1 202 555 0100", PHONE),
        ("0031612345678", PHONE),
        ("0031 6 12345678", PHONE),
        ("00493012345678", PHONE),
        ("31612345678", PHONE),
        ("call 0612345678.", PHONE),
        ("1234 AB 12", POSTCODE),
        ("1234AB 12", POSTCODE),
        ("1234AB12", POSTCODE),
        ("1234ab 12", POSTCODE),
        ("1234 AB, 12a", POSTCODE),
        ("1234AB-12", POSTCODE),
        ("9999ZZ 12-3", POSTCODE),
        ("Kerkstraat 12, 1234 AB Utrecht", POSTCODE),
        ("1985-03-25", BIRTH_DATE),
        ("born 1985-03-25", BIRTH_DATE),
        ("2025-01-31", BIRTH_DATE),
        ("25-3-1985", BIRTH_DATE),
        ("1-2-1990", BIRTH_DATE),
        ("25/03/1985", BIRTH_DATE),
        ("03/25/1985", BIRTH_DATE),
        ("111222333", BSN),
        ("BSN 111222333", BSN),
        ("bsn:123456782", BSN),
        ("1112.22.333", BSN),
        ("111 222 333", BSN),
    ],
)
def test_found(text: str, kind: RawKind) -> None:
    assert raw_kind(text, EVERYTHING) is kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OURCO",
        "@",
        "@handle",
        "jan@",
        "jan@localhost",
        "@example.nl",
        "sensor@v1.2",
        "crm@prod.eu-west",
        "node@10.0.0.1",
        "061234567",
        "06123456789",
        "x0612345678",
        "0612345678x",
        "call_0612345678",
        "order-0612345678",
        "0612345678-1",
        "+1234567",
        "+1234567890123456",
        "0000012345",
        "0012345678",
        "1756720800",
        "1756720800000",
        "1234 AB",
        "1234AB",
        "0234 AB 12",
        "1234 SS 12",
        "1234 SA 12",
        "1234ab12",
        "1234 A 12",
        "x1234 AB 12",
        "2024-05",
        "2024.05",
        "v2024-05-01",
        "2024-13-01",
        "2023-02-29",
        "1885-03-25",
        "32-01-1985",
        "31-02-1985",
        "31/31/1985",
        "1985-03-25T10:00:00Z",
        "1985-03-25 10:00:00Z",
        "export/1985-03-25/part",
        "111222334",
        "000000000",
        "111-222-333",
        "1112223330",
        "x111222333",
        "12345678",
        "GB",
        "NL",
        "10.0.0.12",
        "1.2.3",
        "COFFEE",
        "s3://bucket/2026/09/01/part-00017",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "12345678-1234-1234-1234-111222333444",
        "11122233-3111-2223-3311-061234567890",
    ],
)
def test_not_found(text: str) -> None:
    assert raw_kind(text, EVERYTHING) is None


@pytest.mark.parametrize("text", ["111222333", "1985-03-25", "1234 AB 12", "31612345678"])
def test_ids_of_producers_may_be_any_number(text: str) -> None:
    assert raw_kind(text, IDENTIFIER) is None
    assert raw_kind(text, EVERYTHING) is not None


@pytest.mark.parametrize("text", ["jan@example.nl", "0612345678", "+31612345678", "0031612345678"])
def test_ids_of_producers_hold_no_contact_details(text: str) -> None:
    assert raw_kind(text, IDENTIFIER) is not None


def test_an_instant_is_no_birth_date_but_can_hold_other_values() -> None:
    assert raw_kind("2026-09-01", INSTANT) is None
    assert raw_kind("1985-03-25 ", INSTANT) is None
    assert raw_kind("111222333", INSTANT) is BSN


def test_a_version_may_be_a_recent_date() -> None:
    assert raw_kind("2016-01-01", VERSION) is None
    assert raw_kind("2015-12-31", VERSION) is BIRTH_DATE
    assert raw_kind("jan@example.nl", VERSION) is EMAIL


@pytest.mark.parametrize("bsn", ["111222333", "123456782", "010000008", "1112.22.333"])
def test_eleven_test_passes(bsn: str) -> None:
    assert passes_eleven_test(bsn)


@pytest.mark.parametrize("number", ["111222334", "123456789", "000000000"])
def test_eleven_test_fails(number: str) -> None:
    assert not passes_eleven_test(number)


def test_ten_thousand_pseudonyms_do_not_trip() -> None:
    source = random.Random(11)
    for _ in range(2500):
        raw = source.randbytes(32)
        for text in (
            raw.hex(),
            raw[:10].hex(),
            str(uuid.UUID(bytes=raw[:16])),
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(raw[:20]).decode(),
            base64.b32encode(raw[:20]).decode(),
            f"p1-{raw[:20].hex()}",
            f"s-{source.randrange(10**9):09d}",
        ):
            assert raw_kind(text, EVERYTHING) is None, text


@pytest.mark.parametrize(
    "filling",
    [
        "a",
        "1",
        "@",
        ".",
        "0 ",
        "a@",
        "a.",
        "a@a.",
        "+1",
        "(0)",
        "1234 AB",
        "1 ",
        "+1 1 1 1 1 1 1 1 1 1 1 1 1 1x ",
        "+1-(0)-1-(0)-1-(0)-1-(0)-1-(0)-1-(0)-1-(0)-1x ",
        "0 1 2 3 4 5 6 7 8 9x ",
        "11111 abc, 1234 ABC ",
        "1111 AB, 11111-abc1 ",
    ],
)
def test_long_texts_cost_no_more_than_their_length(filling: str) -> None:
    """A megabyte within the test's time limit: an expression that backtracks takes hours."""
    raw_kind(filling * (1_000_000 // len(filling)), EVERYTHING)
