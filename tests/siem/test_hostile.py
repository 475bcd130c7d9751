"""What producers send cannot forge, split or swell a line in any format."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pycef
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_structured
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given

from streams.core.findings import Finding, OutputRecord
from streams.siem import cef, cloudevents, ecs, flat, leef, ocsf, rfc5424
from streams.siem.formats import FORMATS, one_line
from streams.siem.lifecycle import identity, step
from streams.siem.notice import Notice, notice_of
from streams.siem.plain import identifier, without
from streams.siem.producer import Language, Producer
from streams.wire.findings import duty_to_json, finding_to_json
from tests.siem.hostile import ATTACKS, LONG, harmless, output_records, texts, with_texts
from tests.siem.lives import lives
from tests.siem.readers import read_cef, read_leef, read_rfc5424

PRODUCER = Producer(version="1.2.3", instance="i-1")
WITH_HOSTILE_NAME = texts.map(lambda text: Producer(version=text, instance=text))


def notice(one: OutputRecord) -> Notice:
    return notice_of(one, Language.EN)


def in_cef(text: str) -> str:
    return without(text, '|"')


def in_leef(text: str) -> str:
    return without(text, "\\\"'")


def in_header(text: str) -> str:
    return text.replace("|", "/").replace("\\", "/")


@given(output_records)
def test_cef(one: OutputRecord) -> None:
    line = cef.cef(one, PRODUCER)
    assert line.isprintable()
    assert len(line.encode()) <= cef.LONGEST
    read, expected = read_cef(line), read_cef(cef.cef(harmless(one), PRODUCER))
    assert list(read.extension) == list(expected.extension)
    assert read.header[:3] == ("Consentry", "Consentry", "1.2.3")
    assert read.header[3] == in_header(notice(one).code)
    assert read.header[5] == expected.header[5]
    facts = notice(one)
    assert re.fullmatch("[A-Za-z0-9-]{1,40}", read.extension["externalId"])
    assert read.extension["act"] == step(one).value
    assert read.extension["cs4"] == in_cef(facts.event_id)
    assert read.extension.get("suid") == (facts.subject_id and in_cef(facts.subject_id))
    # A pipe beyond the header would end it for readers that count pipes only.
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 7


@given(output_records)
def test_cef_as_a_simple_reader_sees_it(one: OutputRecord) -> None:
    """pycef looks for keys with a regular expression, as many receivers do."""
    # It passes over a key without a value: no text of the catalogue is empty.
    plain = msgspec.structs.replace(one, code="NO_CONSENT", explanation_en="why")
    read = pycef.parse(cef.cef(plain, PRODUCER))
    benign = msgspec.structs.replace(harmless(one), code="NO_CONSENT")
    assert set(read) == set(pycef.parse(cef.cef(benign, PRODUCER)))
    assert read["DeviceVendor"] == "Consentry"
    assert read["act"] == step(one).value


@given(output_records)
def test_leef(one: OutputRecord) -> None:
    line = leef.leef(one, PRODUCER)
    assert line.replace("\t", "").isprintable()
    assert len(line.encode()) <= leef.LONGEST
    read, expected = read_leef(line), read_leef(leef.leef(harmless(one), PRODUCER))
    assert list(read.attributes) == list(expected.attributes)
    assert read.header == ("Consentry", "Consentry", "1.2.3", in_header(notice(one).code))
    facts = notice(one)
    assert read.attributes["findingId"] == in_leef(facts.identity)
    assert read.attributes["eventId"] == in_leef(facts.event_id)
    assert read.attributes.get("usrName") == (facts.subject_id and in_leef(facts.subject_id))
    assert read.attributes["action"] == step(one).value


@given(output_records)
def test_rfc5424(one: OutputRecord) -> None:
    message = rfc5424.rfc5424(one, PRODUCER)
    assert message.isprintable()
    assert len(message.encode()) <= rfc5424.LONGEST
    read, expected = read_rfc5424(message), read_rfc5424(rfc5424.rfc5424(harmless(one), PRODUCER))
    assert read[:6] == expected[:6]
    assert list(read.data) == ["consentry@32473"]
    parameters = read.data["consentry@32473"]
    assert list(parameters) == list(expected.data["consentry@32473"])
    facts = notice(one)
    assert parameters["id"] == facts.identity
    assert parameters["event"] == facts.event_id
    assert parameters.get("subject") == facts.subject_id
    assert read.text == f"{facts.message} {facts.remediation}"


@given(output_records)
def test_other_lines_in_syslog(one: OutputRecord) -> None:
    for form in ("cef", "leef", "flat", "ocsf", "ecs"):
        rendered = FORMATS[form](one, PRODUCER)
        assert isinstance(rendered, str | dict)
        line = one_line(rendered)
        read = read_rfc5424(rfc5424.in_syslog(line, one, PRODUCER))
        assert read.data == {}
        assert read.text == line


@given(output_records, WITH_HOSTILE_NAME)
def test_a_hostile_name_of_the_installation(one: OutputRecord, producer: Producer) -> None:
    assert next(iter(read_cef(cef.cef(one, producer)).extension)) == "rt"
    assert read_leef(leef.leef(one, producer)).header[:2] == ("Consentry", "Consentry")
    assert read_rfc5424(rfc5424.rfc5424(one, producer)).app == "consentry"
    cloudevents.binary(one, producer)


@given(output_records)
def test_json_is_one_line_with_the_same_fields(one: OutputRecord) -> None:
    for render in (ocsf.ocsf, ecs.ecs, flat.flat):
        made = render(one, PRODUCER)
        line = one_line(made)
        assert line.splitlines() == [line]
        assert line.isprintable()
        assert json.loads(line) == made
        # Codes that the catalogue does not know have no status of consent; a citation may
        # name a standard, which is a field of its own.
        plain = msgspec.structs.replace(harmless(one), citations=one.citations)
        assert shape(made) == shape(render(plain, PRODUCER))
        assert len(line.encode()) < 60_000


def shape(value: Any) -> Any:
    """An object with its texts and numbers taken out."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value]
    return type(value)


@given(output_records)
def test_ids_are_the_same_in_all_json_formats(one: OutputRecord) -> None:
    known = identifier(identity(one))
    assert ocsf.ocsf(one, PRODUCER)["finding_info"]["uid"] == known
    assert ecs.ecs(one, PRODUCER)["event"]["id"] == known
    assert flat.flat(one, PRODUCER)["consentry.id"] == known


@given(output_records)
def test_cloudevents_by_their_own_reader(one: OutputRecord) -> None:
    whole = finding_to_json(one) if isinstance(one, Finding) else duty_to_json(one)
    facts = notice(one)
    for render, read in (
        (cloudevents.binary, from_binary),
        (cloudevents.structured, from_structured),
    ):
        record = render(one, PRODUCER)
        event = read(KafkaMessage(dict(record.headers), record.key, record.value), JSONFormat())
        assert event.get_specversion() == "1.0"
        assert event.get_id() == facts.uid
        assert event.get_source() == "urn:consentry:i-1"
        assert event.get_type() == f"consentry.v1.{facts.kind}.{facts.step.value}"
        assert event.get_subject() == facts.subject_id
        assert event.get_extension("partitionkey") == facts.identity
        assert event.get_data() == whole
        assert record.value.isascii()
        assert record.value.count(b"\n") == 0
        for name, value in record.headers:
            assert re.fullmatch(r"content-type|ce_[a-z0-9]{1,20}", name)
            assert value.decode().isprintable()
        assert len({name for name, _ in record.headers}) == len(record.headers)


@pytest.mark.parametrize("text", LONG, ids=["equals", "quotes", "backslashes", "cut", "wide"])
def test_the_longest_lines_stay_within_their_bounds(text: str) -> None:
    for one in lives().values():
        worst = msgspec.structs.replace(with_texts(one, text, items=60), revision=2**31 - 1)
        producer = Producer(version=text, instance=text)
        assert len(cef.cef(worst, producer).encode()) <= cef.LONGEST
        assert len(leef.leef(worst, producer).encode()) <= leef.LONGEST
        assert len(rfc5424.rfc5424(worst, producer).encode()) <= rfc5424.LONGEST
        for render in (ocsf.ocsf, ecs.ecs, flat.flat):
            assert len(one_line(render(worst, producer)).encode()) < 60_000


def test_the_attacks_would_work_without_the_escapes() -> None:
    """The readers see a forged field where nothing is escaped: the tests above can fail."""
    forged = "CEF:0|Consentry|Consentry|1|c|t|8|rt=1 suid=" + ATTACKS[3]
    assert read_cef(forged).extension["externalId"] == "other"
    forged = "LEEF:2.0|Consentry|Consentry|1|c|x09|usrName=" + ATTACKS[4]
    assert read_leef(forged).attributes["findingId"] == "other"
    header = "<107>1 2026-11-24T00:00:00Z h consentry - finding.opened "
    forged = f'{header}[consentry@32473 id="{ATTACKS[7]}"] text'
    assert read_rfc5424(forged).data["fake@32473"] == {"id": "other"}
