"""What consumers read: golden bytes, both ways, in both forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.core.findings import DeadLetter
from streams.core.instants import EARLIEST, LATEST, Instant
from streams.wire.avro import write_record
from streams.wire.dead_letters import Original, decode_dead_letter, encode_dead_letter
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.errors import WireError
from streams.wire.findings import (
    decode_duty,
    decode_finding,
    duty_to_json,
    encode_duty,
    encode_finding,
    finding_to_json,
)
from tests.wire.event_values import AT, EVENTS, FIRST_RELEASE
from tests.wire.golden import golden
from tests.wire.values import DUTY, FINDING

ORIGINAL = Original(
    topic="data-share",
    partition=3,
    offset=2**40,
    timestamp=AT,
    key=b"\xff\x00",
    value=b"\x00" * 10,
    headers=(("a", b"1"), ("a", None)),
)
LETTER = DeadLetter(code="UNPROCESSABLE_EVENT", reason="no JSON", field="purpose")
DEAD = encode_dead_letter(ORIGINAL, LETTER, Instant(AT + 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("finding", encode_finding(FINDING)),
        ("duty", encode_duty(DUTY)),
        ("dead_letter", DEAD),
        *((f"event_{name}", event_to_avro(event)) for name, event in EVENTS.items()),
    ],
)
def test_bytes_are_golden(name: str, value: bytes) -> None:
    assert value == golden(name)


def test_what_earlier_releases_kept_is_read() -> None:
    stored = decode_dead_letter(golden("dead_letter_v1"))
    assert (stored.original, stored.letter) == (ORIGINAL, LETTER)
    before = msgspec.structs.replace(DUTY, trigger_event_type=None)
    assert decode_duty(golden("duty_v1")) == before


@pytest.mark.parametrize("name", EVENTS)
def test_bytes_of_the_first_release_are_read(name: str) -> None:
    """What version 1 could not say is absent."""
    decoded = decode(golden(f"event_v1_{name}"), None)
    assert isinstance(decoded, Decoded)
    assert decoded.event == FIRST_RELEASE[name]


@pytest.mark.parametrize("name", EVENTS)
def test_canonical_json_is_golden(name: str) -> None:
    assert event_to_json(EVENTS[name]) == golden(f"json_{name}")


def test_finding_survives() -> None:
    assert decode_finding(encode_finding(FINDING)) == FINDING
    bare = msgspec.structs.replace(
        FINDING,
        reason=None,
        controller_id=None,
        subject_id=None,
        event_type=None,
        occurred_at=None,
        recipient_id=None,
        claimed_basis=None,
        consent_ids_considered=(),
    )
    assert decode_finding(encode_finding(bare)) == bare
    assert finding_to_json(bare)["occurred_at"] is None


def test_duty_survives() -> None:
    assert decode_duty(encode_duty(DUTY)) == DUTY
    open_duty = msgspec.structs.replace(DUTY, notified_at=None)
    assert decode_duty(encode_duty(open_duty)) == open_duty


def test_json_forms_hold_all_fields_and_only_json() -> None:
    for record, value in ((finding_to_json(FINDING), FINDING), (duty_to_json(DUTY), DUTY)):
        assert list(record) == [field.name for field in msgspec.structs.fields(value)]
        assert json.loads(json.dumps(record)) == record
    assert finding_to_json(FINDING)["occurred_at"] == "2026-09-01T11:00:00.000Z"
    assert duty_to_json(DUTY)["notified_at"] == "2026-09-01T11:00:00.005Z"


def test_dead_letter_keeps_the_original_untouched() -> None:
    stored = decode_dead_letter(DEAD)
    assert stored.original == ORIGINAL
    assert stored.letter == LETTER
    assert stored.detected_at == AT + 1
    tombstone = Original(topic="t", partition=0, offset=0, timestamp=None, key=None, value=None)
    again = decode_dead_letter(encode_dead_letter(tombstone, LETTER, AT))
    assert again.original == tombstone


def test_dead_letter_shows_no_contents_in_a_log() -> None:
    held = Original(
        topic="t",
        partition=0,
        offset=7,
        timestamp=AT,
        key=b"secret",
        value=b"secret",
        headers=(("h", b"secret"),),
    )
    assert "secret" not in repr(decode_dead_letter(encode_dead_letter(held, LETTER, AT)))


@pytest.mark.parametrize("read", [decode_finding, decode_duty, decode_dead_letter])
@pytest.mark.parametrize(
    "value",
    [b"", b"{}", b"\xc3\x01", b"\xc3\x01" + bytes(8), event_to_avro(EVENTS["purchase"])],
)
def test_other_bytes_are_refused(read: Callable[[bytes], Any], value: bytes) -> None:
    with pytest.raises(WireError):
        read(value)


def test_an_unknown_symbol_says_to_upgrade() -> None:
    record = msgspec.to_builtins(FINDING) | {"severity": "UNRECOGNISED"}
    with pytest.raises(WireError, match="upgrade"):
        decode_finding(write_record("finding", record))


@pytest.mark.parametrize(
    "changed",
    [
        {"occurred_at": EARLIEST - 1},
        {"occurred_at": LATEST + 1},
        {"detected_at": 2**63 - 1},
        {"revision": 2**31 - 1},
    ],
)
def test_a_finding_that_could_not_be_written_again_is_refused(changed: dict[str, Any]) -> None:
    """A worker that ends a foreign one writes its instants, and the next revision."""
    [field] = changed
    value = encode_finding(msgspec.structs.replace(FINDING, **changed))
    with pytest.raises(WireError, match=f"^{field} of the finding is "):
        decode_finding(value)


@pytest.mark.parametrize("field", ["starts_at", "due_at", "notified_at", "detected_at"])
def test_a_duty_that_could_not_be_written_again_is_refused(field: str) -> None:
    value = encode_duty(msgspec.structs.replace(DUTY, **{field: EARLIEST - 1}))
    with pytest.raises(WireError, match=f"^{field} of the duty is outside the years"):
        decode_duty(value)


def test_numbers_of_any_length_are_refused_in_json_as_well() -> None:
    """Schema and database hold 32 and 64 bits; JSON holds more."""
    for field in ("revision", "share_count"):
        value = msgspec.json.encode(duty_to_json(DUTY) | {field: -(10**30)})
        with pytest.raises(WireError, match=f"^{field} of the duty is a number beyond"):
            decode_duty(value)


def test_a_duty_towards_nobody_is_refused() -> None:
    value = encode_duty(msgspec.structs.replace(DUTY, recipient_id=""))
    with pytest.raises(WireError, match=r"^recipient_id of the duty is empty"):
        decode_duty(value)
