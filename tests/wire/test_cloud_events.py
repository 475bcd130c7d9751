"""CloudEvents around events: structured and binary, and what their attributes may say."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from streams.core.vocabulary import EventType
from streams.wire.decode import Decoded, Rejected, decode, decode_cloud_event
from streams.wire.encode import event_to_avro
from tests.wire.builders import share

SHARE = EventType.DATA_SHARE


def plain() -> Decoded:
    decoded = decode(share(), SHARE)
    assert isinstance(decoded, Decoded)
    return decoded


def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(share())
    return found


def envelope(**changes: Any) -> dict[str, Any]:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/shop",
        "type": "nl.example.data-share",
        "data": record(),
    } | changes
    return {name: one for name, one in event.items() if one is not None}


def read(value: bytes, *headers: tuple[str, bytes | None]) -> Decoded | Rejected:
    return decode_cloud_event(value, headers, SHARE)


def structured(**changes: Any) -> Decoded | Rejected:
    return read(
        json.dumps(envelope(**changes)).encode(), ("content-type", b"application/cloudevents+json")
    )


def refused(found: Decoded | Rejected) -> str:
    assert isinstance(found, Rejected)
    return found.dead_letter.reason


def test_the_data_are_the_event() -> None:
    assert structured() == plain()


def test_what_the_sdk_writes_is_read() -> None:
    attributes = {"id": "e-1", "source": "/shop", "type": "data-share"}
    for write in (to_structured, to_binary):
        event = CloudEvent(attributes | {"datacontenttype": "application/json"}, record())
        message = write(event, JSONFormat())
        assert isinstance(message.value, bytes)
        assert read(message.value, *message.headers.items()) == plain()


def test_attributes_state_what_the_event_leaves_out() -> None:
    data = record()
    at = data["occurred_at"]
    lean = {k: v for k, v in data.items() if k not in ("event_id", "occurred_at", "event_type")}
    wanted = decode(json.dumps(lean | {"event_id": "e-1", "occurred_at": at,
                                       "event_type": "data-share"}).encode(), SHARE)  # fmt: skip
    assert structured(data=lean, time=at) == wanted
    binary = [
        ("ce_specversion", b"1.0"), ("ce_id", b"e-1"), ("ce_source", b"/shop"),
        ("ce_type", b"nl.example.data-share"), ("ce_time", at.encode()),
        ("content-type", b"application/json"),
    ]  # fmt: skip
    assert read(json.dumps(lean).encode(), *binary) == wanted
    assert "occurred_at is missing" in refused(structured(data=lean))


def test_what_the_event_states_counts() -> None:
    later = datetime.now(UTC).isoformat()
    assert structured(id="other", time=later) == plain()
    null = record() | {"event_id": None}
    assert isinstance(found := structured(data=null), Decoded)
    assert found.event.event_id == "e-1"


def test_avro_in_either_mode() -> None:
    value = event_to_avro(plain().event)
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_type", b"t")]
    assert read(value, *headers, ("content-type", b"application/avro")) == plain()
    assert structured(data=None, data_base64=b64encode(value).decode()) == plain()


def test_records_that_are_no_cloud_events_are_read_as_ever() -> None:
    assert read(share()) == plain()
    assert read(share(), ("content-type", b"application/json"), ("ce_id", b"1")) == plain()
    assert isinstance(read(b"{"), Rejected)


def test_without_headers_the_object_says_it() -> None:
    assert read(json.dumps(envelope()).encode()) == plain()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"specversion": "0.3"}, "specversion must be 1.0"),
        ({"id": ""}, "id must be"),
        ({"source": None}, "source must be"),
        ({"type": 3}, "type must be"),
        ({"data": None}, "data must be an object"),
        ({"data": "text"}, "data must be an object"),
        ({"data": None, "data_base64": "%"}, "no Base64"),
        ({"data_base64": "YQ=="}, "stand without data"),
        ({"data": None, "data_base64": "AAAAAAEC"}, "framing of a schema registry"),
        ({"time": 3}, "time must be"),
        ({"type": "x.purchase", "data": {}}, "event_type must be data-share"),
    ],
)
def test_a_cloud_event_that_is_none_is_refused(changes: dict[str, Any], said: str) -> None:
    assert said in refused(structured(**changes))


def test_a_batch_is_refused() -> None:
    found = read(b"[]", ("content-type", b"application/cloudevents-batch+json"))
    assert "batch of CloudEvents" in refused(found)


def test_personal_data_in_the_envelope_go_to_quarantine() -> None:
    found = structured(id="", subject="jan.jansen@example.org")
    assert isinstance(found, Rejected)
    assert found.dead_letter.code == "RAW_PERSONAL_DATA_IN_EVENT"
    found = structured(data=record() | {"event_id": None}, id="jan.jansen@example.org")
    assert isinstance(found, Rejected)
    assert found.dead_letter.code == "RAW_PERSONAL_DATA_IN_EVENT"


def test_without_the_setting_it_is_refused_by_name() -> None:
    found = decode(json.dumps(envelope()).encode(), SHARE)
    assert isinstance(found, Rejected)
    assert "input_envelope = cloudevents" in found.dead_letter.reason
