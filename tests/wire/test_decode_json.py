"""What JSON events may hold, on both sides of each rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.core.events import ConsentChange, DataShare
from streams.core.instants import (
    EARLIEST,
    EARLIEST_OF_EVENTS,
    LATEST,
    Instant,
    format_instant,
    parse_instant,
)
from streams.core.vocabulary import Channel, Purpose
from streams.wire.decode import Decoded, Rejected, decode
from tests.wire.builders import grant, share
from tests.wire.decoded import SHARE, bad, good


def test_the_least_share() -> None:
    event = good(share(drop=["recorded_at", "data_categories"]), SHARE).event
    assert isinstance(event, DataShare)
    assert event.recorded_at == event.occurred_at == parse_instant("2026-09-01T11:00:00Z")
    assert event.data_categories == ()
    assert event.recipient_role is None


@pytest.mark.parametrize("form", [{"purposes": None}, {"purposes": []}, {"drop": ["purposes"]}])
def test_absent_null_and_empty_lists_are_one(form: dict[str, Any]) -> None:
    event = good(grant(action="WITHDRAWN", **form)).event
    assert isinstance(event, ConsentChange)
    assert event.purposes == ()


def test_lists_keep_their_order() -> None:
    event = good(grant(action="OBJECTED", channels=["SMS", "EMAIL"])).event
    assert isinstance(event, ConsentChange)
    assert event.channels == (Channel.SMS, Channel.EMAIL)
    assert event.purposes == (Purpose.THIRD_PARTY_DIRECT_MARKETING,)


@pytest.mark.parametrize("purposes", [[], None, ["OTHER", "ANALYTICS"]])
def test_a_grant_has_exactly_one_purpose(purposes: Any) -> None:
    letter = bad(grant(purposes=purposes)).dead_letter
    assert letter.field == "purposes"
    assert "exactly one" in letter.reason


@pytest.mark.parametrize("action", ["REFUSED", "WITHDRAWN", "OBJECTED", "ERASED"])
def test_a_negative_signal_may_have_any_number_of_purposes(action: str) -> None:
    good(grant(action=action, purposes=[]))
    good(grant(action=action, purposes=["OTHER", "ANALYTICS"]))


@pytest.mark.parametrize(
    ("changed", "field", "allowed"),
    [
        ({"event_type": "purchase"}, "event_type", "data-share"),
        ({"event_type": None}, "event_type", "data-share"),
        ({"event_type": 3}, "event_type", "data-share"),
        ({"purpose": "MARKETING"}, "purpose", "ANALYTICS"),
        ({"purpose": "UNRECOGNISED"}, "purpose", "ANALYTICS"),
        ({"purpose": "other"}, "purpose", "OTHER"),
        ({"purpose": None}, "purpose", "missing"),
        ({"purpose": ["OTHER"]}, "purpose", "one of"),
        ({"data_categories": ["EMAIL", "SHOES"]}, "data_categories", "CRIMINAL_OFFENCE"),
        ({"data_categories": "EMAIL"}, "data_categories", "a list"),
        ({"data_categories": [None]}, "data_categories", "a list"),
        ({"recipient_own_use": 1}, "recipient_own_use", "true or false"),
        ({"recipient_own_use": "false"}, "recipient_own_use", "true or false"),
        ({"recipient_id": 17}, "recipient_id", "a string"),
        ({"recipient_id": ["ACME"]}, "recipient_id", "a string"),
        ({"event_id": None}, "event_id", "missing"),
        ({"event_id": 5}, "event_id", "a string"),
        ({"subject_id": {"id": "s"}}, "subject_id", "a string"),
        ({"schema_version": 2}, "schema_version", "a string"),
        ({"occurred_at": None}, "occurred_at", "missing"),
        ({"occurred_at": 1788260400000}, "occurred_at", "RFC 3339"),
        ({"occurred_at": "2026-09-01T11:00:00"}, "occurred_at", "offset"),
        ({"occurred_at": "2026-09-01"}, "occurred_at", "RFC 3339"),
        ({"occurred_at": "2026-02-30T11:00:00Z"}, "occurred_at", "RFC 3339"),
        ({"occurred_at": "0001-01-01T00:00:00+01:00"}, "occurred_at", "RFC 3339"),
        ({"recorded_at": "soon"}, "recorded_at", "RFC 3339"),
    ],
)
def test_faults_name_the_field_and_what_is_allowed(
    changed: dict[str, Any], field: str, allowed: str
) -> None:
    letter = bad(share(**changed), SHARE).dead_letter
    assert letter.field == field
    assert field in letter.reason
    assert allowed in letter.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "secretvalue"},
        {"data_categories": ["secretvalue"]},
        {"recipient_id": ["secretvalue"]},
        {"occurred_at": "secretvalue"},
        {"event_type": "secretvalue"},
        {"recipient_own_use": "secretvalue"},
        {"recipient_id": "secretvalue\n"},
        {"recipient_id": "secretvalue" * 30},
    ],
)
def test_no_value_stands_in_a_reason(changed: dict[str, Any]) -> None:
    letter = bad(share(**changed), SHARE).dead_letter
    assert "secret" not in letter.reason + str(letter.field)


@pytest.mark.parametrize("length", [1, 200])
def test_lengths_within_bounds(length: int) -> None:
    good(share(event_id="é" * length, recipient_id="r" * length))


@pytest.mark.parametrize("length", [0, 201])
@pytest.mark.parametrize(
    "field", ["event_id", "controller_id", "subject_id", "recipient_id", "lia_ref"]
)
def test_lengths_beyond_bounds(field: str, length: int) -> None:
    assert bad(share(**{field: "x" * length})).dead_letter.field == field


@pytest.mark.parametrize("char", ["\x00", "\x1f", "\n", "\x7f"])
def test_controls_break_keys_and_are_refused(char: str) -> None:
    for field in ("controller_id", "subject_id", "recipient_id", "event_id"):
        rejected = bad(share(**{field: f"a{char}b"}))
        assert rejected.dead_letter.field == field
        assert getattr(rejected, field, None) is None


def test_an_unprintable_that_is_no_control_is_allowed() -> None:
    good(share(recipient_id="Société\u00a0Générale"))


def test_unknown_fields_are_tolerated() -> None:
    assert good(share(note={"deep": [1, 2.5, None, True]})).event == good(share()).event


@given(
    st.integers(EARLIEST, LATEST).map(lambda at: format_instant(Instant(at)))
    | st.from_regex(
        r"[0-9٣]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[Zz]", fullmatch=True
    )
)
@example("2026-02-29T10:00:00.000Z")
@example("2026-13-01T10:00:00.000Z")
@example("2026-09-01T24:00:00.000Z")
@example("2026-09-01T10:00:60.000Z")
@example("0000-01-01T00:00:00.000Z")
def test_canonical_instants_are_read_as_all_others(text: str) -> None:
    try:
        expected = parse_instant(text)
        if not EARLIEST_OF_EVENTS <= expected <= LATEST:
            raise ValueError
    except ValueError:
        assert isinstance(decode(share(occurred_at=text), None), Rejected)
        return
    decoded = decode(share(occurred_at=text), None)
    assert isinstance(decoded, Decoded)
    assert decoded.event.occurred_at == expected
