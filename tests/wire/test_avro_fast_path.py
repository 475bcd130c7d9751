"""The short way gives what the long way gives, or nothing; and it is the one that is taken."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import msgspec
import pytest
from fastavro import schemaless_writer
from hypothesis import assume, example, given
from hypothesis import strategies as st

from streams.core.events import Event
from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.core.vocabulary import EventType
from streams.wire.avro_fast_path import AvroFastPath, avro_fast_paths
from streams.wire.canonical import instant_text
from streams.wire.decode import Decoded, decode, decode_at_length
from streams.wire.encode import event_to_avro
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import INPUTS, Schema, fingerprint_of, schemas
from tests.wire.ordinary_events import BASE, GRANT, MESSAGE, NOTICE, PURCHASE, SHARE, avro, short
from tests.wire.strategies import events, instants


def test_every_event_of_every_released_schema_can_take_it() -> None:
    events = [one for one in schemas().by_fingerprint.values() if one.name in INPUTS.values()]
    assert len(avro_fast_paths()) == len(events)
    assert {one.kind for one in avro_fast_paths().values()} == set(EventType)


@pytest.mark.parametrize("fields", [SHARE, GRANT, PURCHASE, MESSAGE, NOTICE])
def test_ordinary_events_take_it(fields: dict[str, Any]) -> None:
    event = msgspec.convert(BASE | fields, Event)
    decoded = short(event_to_avro(event))
    assert decoded is not None
    assert decoded.event == event


@given(events)
def test_events_of_any_content_are_read_alike(event: Event) -> None:
    value = event_to_avro(event)
    expected = decode_at_length(value, None)
    assert isinstance(expected, Decoded)
    assert short(value) in (expected, None)
    assert decode(value, None) == expected


_PLAIN = st.text("abcxyzABC0123456789_-", min_size=1, max_size=30).filter(
    lambda text: text[0].isalpha()
)


@given(events, _PLAIN, _PLAIN)
def test_plain_ids_do_not_lead_off_it(event: Event, event_id: str, subject_id: str) -> None:
    named = {"event_id": event_id, "subject_id": subject_id, "controller_id": "C"}
    plain = msgspec.to_builtins(event) | named
    for name, member in list(plain.items()):
        if isinstance(member, str) and name in ("source_system", "trace_id", "schema_version"):
            plain[name] = event_id
    value = event_to_avro(msgspec.convert(plain, Event))
    assert decode(value, None) == decode_at_length(value, None)


def agree(value: bytes, expected: EventType | None = None) -> None:
    """Whatever the bytes, the short way gives the long way's answer or none."""
    found = short(value)
    longer = decode_at_length(value, expected)
    assert found is None or found == longer
    if isinstance(longer, Decoded):
        assert decode(value, expected) == longer


@given(events, st.data())
def test_damaged_bytes_are_read_alike(event: Event, data: st.DataObject) -> None:
    value = bytearray(event_to_avro(event))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(AVRO_HEADER, len(value) - 1))] = data.draw(st.integers(0, 255))
    agree(bytes(value))


@given(events, st.data())
def test_bytes_cut_short_or_with_more_behind_are_read_alike(
    event: Event, data: st.DataObject
) -> None:
    value = event_to_avro(event)
    agree(value[: data.draw(st.integers(0, len(value) - 1))])
    agree(value + data.draw(st.binary(min_size=1, max_size=4)))


@given(st.sampled_from(EventType), st.binary(max_size=200))
def test_any_body_is_read_alike(kind: EventType, body: bytes) -> None:
    agree(b"\xc3\x01" + schemas().current[INPUTS[kind]].fingerprint + body)


LONG_WAY = [
    ("an e-mail address", SHARE | {"source_system": "jan@example.nl"}),
    ("an encoded e-mail address", SHARE | {"source_system": "jan%40example.nl"}),
    ("a phone number as an id", SHARE | {"event_id": "0612345678"}),
    ("a phone number as a subject", SHARE | {"subject_id": "+31612345678"}),
    ("a postcode", SHARE | {"recipient_category": "2215XW 12"}),
    ("a birth date", SHARE | {"recipient_kind": "1980-02-03"}),
    ("a citizen service number", SHARE | {"recipient_id": "111222333"}),
    ("a placeholder", SHARE | {"subject_id": "null"}),
    ("a placeholder in capitals", SHARE | {"subject_id": "None"}),
    ("a placeholder of a program", SHARE | {"subject_id": "[object Object]"}),
    ("a zero character behind a placeholder", SHARE | {"subject_id": "null\x00null"}),
    ("an empty UUID", SHARE | {"subject_id": "00000000-0000-0000-0000-000000000000"}),
    ("an empty text", SHARE | {"recipient_id": ""}),
    ("a long text", SHARE | {"recipient_id": "x" * 201}),
    ("a control character", SHARE | {"recipient_id": "x\ty"}),
    ("no such symbol", SHARE | {"purpose": "UNRECOGNISED"}),
    ("no such symbol in a list", SHARE | {"data_categories": ["UNRECOGNISED"]}),
    ("two purposes of a grant", GRANT | {"purposes": ["OTHER", "ANALYTICS"]}),
    ("no purpose of a grant", GRANT | {"purposes": []}),
    ("an instant before the year 1", SHARE | {"occurred_at": EARLIEST - 1}),
    ("an instant after the year 9999", SHARE | {"recorded_at": LATEST + 1}),
    ("an instant beyond all", SHARE | {"recorded_at": 2**62}),
]


@pytest.mark.parametrize(("what", "fields"), LONG_WAY, ids=[what for what, _ in LONG_WAY])
def test_what_is_refused_takes_the_long_way(what: str, fields: dict[str, Any]) -> None:
    kind = EventType(fields["event_type"])
    value = avro(kind, **{name: one for name, one in fields.items() if name != "event_type"})
    assert short(value) is None
    assert not isinstance(decode_at_length(value, kind), Decoded)
    assert type(decode(value, kind)) is type(decode_at_length(value, kind))


@pytest.mark.parametrize(
    "subject_id", ["nul", "nulls", "guest-1", "unknown.", "user", "0", "-1", "n"]
)
def test_what_only_begins_like_a_placeholder_is_a_person(subject_id: str) -> None:
    value = avro(EventType.DATA_SHARE, **_without_type(SHARE | {"subject_id": subject_id}))
    decoded = short(value)
    assert decoded is not None
    assert decoded == decode_at_length(value, None)


def test_another_event_than_the_topics_takes_the_long_way() -> None:
    value = event_to_avro(msgspec.convert(BASE | SHARE, Event))
    assert decode(value, EventType.PURCHASE) == decode_at_length(value, EventType.PURCHASE)
    assert not isinstance(decode(value, EventType.PURCHASE), Decoded)


def test_a_control_character_is_refused_also_after_the_same_bytes_were_clean_elsewhere() -> None:
    assert short(avro(EventType.DATA_SHARE, **_without_type(SHARE), source_system="ok")) is not None
    event_id = avro(EventType.DATA_SHARE, **_without_type(SHARE | {"event_id": "a\tb"}))
    assert short(event_id) is None
    assert (
        short(avro(EventType.DATA_SHARE, **_without_type(SHARE | {"recipient_id": "a\tb"}))) is None
    )


def _without_type(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in fields.items() if name != "event_type"}


def test_a_list_in_two_blocks_takes_the_long_way() -> None:
    one_block = avro(EventType.DATA_SHARE, **_without_type(SHARE))
    # Behind the country: one category, the first, and the end.
    assert one_block.count(b"\x04NL\x02\x00\x00") == 1
    two = one_block.replace(b"\x04NL\x02\x00\x00", b"\x04NL\x02\x00\x02\x02\x00")
    assert short(two) is None
    decoded = decode(two, EventType.DATA_SHARE)
    assert isinstance(decoded, Decoded)
    assert len(decoded.event.data_categories) == 2  # type: ignore[union-attr]


def test_an_older_schema_that_lacks_a_field_is_read_in_one_pass_too() -> None:
    """A field that was added with null as its default says nothing where it is absent."""
    current = schemas().current["data_share"]
    fields = [one for one in current.parsed["fields"] if one["name"] != "lia_ref"]
    older = _schema("data_share", current, fields)
    body = BytesIO()
    schemaless_writer(body, older.parsed, BASE | _without_type(SHARE))
    read = AvroFastPath(EventType.DATA_SHARE, older).read(b"\xc3\x01" + bytes(8) + body.getvalue())
    assert read is not None
    assert Decoded(*read) == short(avro(EventType.DATA_SHARE, **_without_type(SHARE)))


@pytest.mark.parametrize("left_out", ["recipient_id", "occurred_at"])
def test_a_schema_that_lacks_what_an_event_must_have_is_none_for_it(left_out: str) -> None:
    current = schemas().current["data_share"]
    fields = [one for one in current.parsed["fields"] if one["name"] != left_out]
    with pytest.raises(LookupError):
        AvroFastPath(EventType.DATA_SHARE, _schema("data_share", current, fields))


@pytest.mark.parametrize("form", ["int", "bytes", ["string", "null"], ["null", "string", "long"]])
def test_a_type_that_is_not_foreseen_is_left_to_the_long_way(form: Any) -> None:
    current = schemas().current["data_share"]
    fields = [
        {"name": one["name"], "type": form} if one["name"] == "lia_ref" else one
        for one in current.parsed["fields"]
    ]
    with pytest.raises(LookupError):
        AvroFastPath(EventType.DATA_SHARE, _schema("data_share", current, fields))


def _schema(name: str, current: Schema, fields: list[dict[str, Any]]) -> Schema:
    source = json.loads(json.dumps({"type": "record", "name": "X", "fields": fields}))
    return Schema(name, 0, fingerprint_of(source), source, {**current.parsed, "fields": fields})


@given(instants)
@example(EARLIEST)
@example(LATEST)
@example(-1)
def test_instants_are_written_as_the_norm_has_it(instant: int) -> None:
    assert instant_text(Instant(instant)) == format_instant(Instant(instant))


@given(st.integers(0, 63), st.integers())
def test_a_varint_of_any_length_is_read_alike(extra: int, number: int) -> None:
    """An overlong or overflowing instant in place of a sound one."""
    value = avro(EventType.DATA_SHARE, **_without_type(SHARE))
    at = value.index(bytes([0x02]), AVRO_HEADER + 30)
    rest = abs(number)
    out = bytearray()
    for _ in range(min(extra, 12)):
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest & 0x7F)
    start = value.index(b"s0acc721130fbf523b9ada286") + 25
    assume(at > 0)
    end = start
    while value[end] > 0x7F:
        end += 1
    agree(value[:start] + bytes(out) + value[end + 1 :])
