"""Findings and duties in every form: what one program writes, every reader reads."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_structured
from cloudevents.core.formats.json import JSONFormat

from streams.agents.output_encoder import OutputEncoder
from streams.core.findings import Duty, Finding
from streams.registry import Access, Registry
from streams.settings.registry import OutputFormat
from streams.wire.errors import WireError
from streams.wire.findings import (
    decode_duty,
    decode_finding,
    duty_to_json,
    finding_to_json,
)
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import DUTY, FINDING
from tests.registry.fake import FakeRegistry
from tests.registry.test_reading import own_schema
from tests.siem.lives import duty_fulfilled, finding_life, quality

FORMS = get_args(OutputFormat)
RECORDS: tuple[Finding | Duty, ...] = (*finding_life(), *duty_fulfilled(), quality())


def a_finding() -> Finding:
    return finding_life()[0]


def with_registry(fake: FakeRegistry, id_bytes: int) -> tuple[Registry, dict[str, int]]:
    ids = {name: fake.add(own_schema(name), subject=name) for name in (FINDING, DUTY)}
    return Registry(Access(url=fake.url, id_bytes=id_bytes), tries=1), ids


@pytest.mark.parametrize("id_bytes", [4, 8])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_back(fake: FakeRegistry, form: Any, id_bytes: int) -> None:
    registry, ids = with_registry(fake, id_bytes)
    writer = OutputEncoder(form, ids=ids, id_bytes=id_bytes)
    for of_record in RECORDS:
        key, value, _ = writer.record(of_record)
        assert (key, value) == writer.record(of_record)[:2], "the same bytes each time"
        asyncio.run(registry.ensure([value]))
        if isinstance(of_record, Finding):
            assert key == of_record.violation_id.encode()
            assert decode_finding(value, registry) == of_record
        else:
            assert key == of_record.duty_id.encode()
            assert decode_duty(value, registry) == of_record


def test_the_forms_are_what_they_are_called(fake: FakeRegistry) -> None:
    _, ids = with_registry(fake, 4)
    written = {
        form: OutputEncoder(form, ids=ids, instance="prod").record(a_finding()) for form in FORMS
    }
    assert written["avro"][1].startswith(AVRO_MARKER)
    assert written["avro-registry"][1][:5] == b"\0" + ids[FINDING].to_bytes(4, "big")
    assert written["avro-registry"][1][5:] == written["avro"][1][10:]
    assert json.loads(written["json"][1]) == finding_to_json(a_finding())
    assert json.loads(written["cloudevents"][1])["source"] == "urn:consentry:prod"
    assert dict(written["cloudevents-binary"][2])["ce_specversion"] == b"1.0"


def test_cloud_events_are_read_by_the_sdk() -> None:
    for of_record in RECORDS:
        data = (
            finding_to_json(of_record)
            if isinstance(of_record, Finding)
            else duty_to_json(of_record)
        )
        for form, read in (("cloudevents", from_structured), ("cloudevents-binary", from_binary)):
            key, value, headers = OutputEncoder(form).record(of_record)  # type: ignore[arg-type]
            message = KafkaMessage(
                headers={name: one or b"" for name, one in headers}, key=key, value=value
            )
            event: Any = read(message, JSONFormat())
            assert event.get_data() == data


def test_without_a_registry_its_framing_is_refused_by_name(fake: FakeRegistry) -> None:
    _, ids = with_registry(fake, 4)
    value = OutputEncoder("avro-registry", ids=ids).record(a_finding())[1]
    with pytest.raises(WireError, match="registry_url is not set"):
        decode_finding(value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\0",
        b"\0\0\0\0\x01abc",
        b"{",
        b"{}",
        b'{"specversion": "1.0", "data": {}}',
        b'{"detected_at": 3}',
        b'{"detected_at": "yesterday"}',
        b"[]",
        b"abc",
    ],
)
def test_other_bytes_are_none(value: bytes) -> None:
    for read in (decode_finding, decode_duty):
        with pytest.raises(WireError):
            read(value)


def test_an_unknown_symbol_in_json_is_refused() -> None:
    record = finding_to_json(a_finding()) | {"status": "GONE"}
    with pytest.raises(WireError, match="symbol that this release does not know"):
        decode_finding(msgspec.json.encode(record))


def test_examples_of_the_package_are_read() -> None:
    folder = Path(__file__).parents[2] / "schemas" / "examples"
    assert decode_finding((folder / "finding.json").read_bytes()).revision >= 1
    assert decode_duty((folder / "duty.json").read_bytes()).revision >= 1
