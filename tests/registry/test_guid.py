"""Records whose schema stands in a header, as Confluent's newer serializers write them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from aiokafka.structs import TopicPartition

from streams.ingest.service.schemas import have_schemas
from streams.ingest.service.sources import SourceFraming
from streams.registry import Access, Registry
from streams.settings import Settings
from streams.unpacking.cut import CutBytes
from streams.wire.arrival import Arrivals, Arrived
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.encode import event_to_avro
from streams.wire.framing import SCHEMA_HEADER, HeaderFramed, with_schema_header
from streams.wire.refused import Refused
from tests.ingest.maps import RECORD
from tests.ingest.service.records import NAMES, REJECTS, Row, mapped, mapper, row
from tests.registry.fake import FakeRegistry
from tests.registry.test_reading import SHARE, avro_body, fields, foreign, own_schema, plain
from tests.wire.builders import share

GUID = UUID("0f9c7f0e-93f5-4b3c-8d4a-5a0d9d6c1e77")
OTHER = UUID("11111111-2222-3333-4444-555555555555")


def header(guid: UUID = GUID, more: bytes = b"") -> tuple[str, bytes]:
    """What the serializer puts into the header: 01, the GUID, and the place of a message."""
    return SCHEMA_HEADER, b"\x01" + guid.bytes + more


def known(fake: FakeRegistry, text: str, kind: str = "AVRO") -> None:
    fake.guids[str(GUID)] = fake.add(text, kind)


def read(fake: FakeRegistry, value: bytes, *headers: tuple[str, bytes | None]) -> Any:
    registry = Registry(Access(url=fake.url, timeout_s=5), tries=1)
    whole = with_schema_header(value, headers)
    asyncio.run(registry.ensure([whole]))
    return decode(whole, SHARE, registry)


def test_our_own_schema_and_somebody_s_own(fake: FakeRegistry) -> None:
    known(fake, own_schema("data_share"))
    assert read(fake, event_to_avro(plain().event)[10:], header()) == plain()
    assert fake.requests[-1].path.endswith(f"/schemas/guids/{GUID}")
    known(fake, json.dumps(foreign()))
    assert read(fake, avro_body(foreign(), fields()), header()) == plain()


def test_json_schema(fake: FakeRegistry) -> None:
    known(fake, '{"type": "object"}', "JSON")
    assert read(fake, json.dumps(fields()).encode(), header()) == plain()


def test_protobuf_has_the_place_of_its_message_in_the_header(
    fake: FakeRegistry, tmp_path: Path
) -> None:
    pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")
    from tests.registry.test_protobuf import body, shared

    text, record = shared()
    known(fake, text, "PROTOBUF")
    message = body(text, "M", tmp_path, record, b"")
    assert read(fake, message, header(more=b"\x02\x02")) == plain()


def test_the_number_in_a_header(fake: FakeRegistry) -> None:
    number = fake.add(own_schema("data_share"))
    value = event_to_avro(plain().event)[10:]
    assert read(fake, value, (SCHEMA_HEADER, b"\0" + number.to_bytes(4, "big"))) == plain()


def test_the_last_header_counts(fake: FakeRegistry) -> None:
    known(fake, own_schema("data_share"))
    value = event_to_avro(plain().event)[10:]
    assert read(fake, value, header(OTHER), ("other", b"x"), header()) == plain()
    assert isinstance(read(fake, value, header(), header(OTHER)), Rejected)


@pytest.mark.parametrize("guids", [{}, {str(OTHER): 1}])
def test_a_guid_that_the_registry_does_not_know(fake: FakeRegistry, guids: dict[str, int]) -> None:
    """A registry that knows no GUIDs has no such path, and says so as it likes."""
    fake.add(own_schema("data_share"))
    fake.guids = guids
    found = read(fake, event_to_avro(plain().event)[10:], header())
    assert isinstance(found, Rejected)
    assert f"knows no schema with the id {GUID}" in found.dead_letter.reason
    assert len(fake.requests) == 3


def test_a_body_that_does_not_fit_names_the_guid(fake: FakeRegistry) -> None:
    known(fake, json.dumps(foreign()))
    found = read(fake, avro_body(foreign(), fields())[:-3], header())
    assert isinstance(found, Rejected)
    assert str(GUID) in found.dead_letter.reason


@pytest.mark.parametrize(
    "held", [None, b"", b"\x01", header()[1][:-1], b"\0\0\0\0", b"\x02" + GUID.bytes]
)
def test_a_header_that_names_no_schema_changes_nothing(held: bytes | None) -> None:
    assert with_schema_header(b"body", [(SCHEMA_HEADER, held)]) == b"body"
    assert type(with_schema_header(b"body", [(SCHEMA_HEADER, held)])) is bytes


def test_what_is_none_or_cut_stays(fake: FakeRegistry) -> None:
    assert with_schema_header(None, [header()]) is None
    cut = CutBytes(b"head", 9, "0" * 64)
    assert with_schema_header(cut, [header()]) is cut
    assert isinstance(with_schema_header(b"body", [header()]), HeaderFramed)
    # A value that begins as such a header is none.
    assert Registry(Access(url=fake.url)).schema_id(header()[1] + b"body") is None


def test_a_record_of_an_input(fake: FakeRegistry) -> None:
    known(fake, own_schema("data_share"))
    registry = Registry(Access(url=fake.url), tries=1)
    value = event_to_avro(plain().event)[10:]
    record = Row(
        topic=NAMES.data_share, value=value, headers=(header(),), timestamp=1_900_000_000_000
    )
    asyncio.run(registry.ensure([with_schema_header(record.value, record.headers)]))
    names = Settings().topics
    arrived = Arrivals(names, 1_000_000, registry).read(record)
    assert isinstance(arrived, Arrived)
    assert arrived.fact.event == plain().event
    assert isinstance(Arrivals(names, 1_000_000).read(record), Refused)


def test_json_that_a_header_describes_is_read_without_a_registry_too() -> None:
    assert isinstance(decode(with_schema_header(share(), []), SHARE), Decoded)


def test_a_source_of_ingest(fake: FakeRegistry) -> None:
    schema = {"type": "record", "name": "Answer",
              "fields": [{"name": name, "type": "string"} for name in RECORD]}  # fmt: skip
    known(fake, json.dumps(schema))
    registry = Registry(Access(url=fake.url), tries=1, of_events=False)
    value = avro_body(schema, RECORD)
    polled = [row(value=value, headers=(header(),)), row(value=value)]
    there = {TopicPartition("crm", 3): cast("Any", polled)}
    assert asyncio.run(have_schemas(registry, there, lambda: False))
    made = mapper(framing=SourceFraming.REGISTRY, registry=registry)
    batch, _ = mapped(made, *polled)
    assert [output.topic for output in batch.outputs] == [NAMES.consent_change, REJECTS]
    # The header describes the record that came, and not the event that was made of it.
    assert SCHEMA_HEADER not in dict(batch.outputs[0].headers)
