"""CloudEvents 1.0.2 on Kafka, binary and structured.

The life of a finding: `ce_type` ends in `.opened`, `.revised`, `.closed` or `.reopened`;
the record key and `partitionkey` are its identity, so that its revisions stay in order;
`ce_id` is identity and revision, so that what is sent twice is known by its id.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import msgspec

from streams.core.findings import Finding, OutputRecord
from streams.core.instants import format_instant
from streams.siem.notice import Notice, notice_of
from streams.siem.plain import identifier
from streams.siem.producer import Producer
from streams.wire.findings import duty_to_json, finding_to_json

JSON = "application/json"
STRUCTURED = "application/cloudevents+json; charset=UTF-8"


class KafkaRecord(msgspec.Struct, frozen=True):
    """A record as a Kafka producer takes it."""

    headers: tuple[tuple[str, bytes], ...]
    key: bytes
    value: bytes


def binary(record: OutputRecord, producer: Producer) -> KafkaRecord:
    """Attributes as headers; the value is the finding or duty itself, in JSON."""
    notice = notice_of(record, producer.language)
    headers = [("content-type", JSON.encode())]
    headers += [
        (f"ce_{name}", str(value).encode()) for name, value in _attributes(notice, producer).items()
    ]
    return KafkaRecord(tuple(headers), notice.identity.encode(), _json(_data(record)))


def structured(record: OutputRecord, producer: Producer) -> KafkaRecord:
    """One JSON object with attributes and data."""
    notice = notice_of(record, producer.language)
    event = {**_attributes(notice, producer), "datacontenttype": JSON, "data": _data(record)}
    headers = (("content-type", STRUCTURED.encode()),)
    return KafkaRecord(headers, notice.identity.encode(), _json(event))


def _attributes(notice: Notice, producer: Producer) -> dict[str, str | int]:
    """Without the type of the contents. `subject` is the pseudonym, where there is one."""
    attributes: dict[str, str | int] = {
        "specversion": "1.0",
        "id": notice.uid,
        "source": f"urn:consentry:{quote(identifier(producer.instance), safe='')}",
        "type": f"consentry.v1.{notice.kind}.{notice.step.value}",
        "time": format_instant(notice.detected_at),
        "partitionkey": notice.identity,
        "revision": notice.revision,
        "severitytext": notice.severity.value,
        "severitynumber": notice.weight.otel,
        # Pseudonyms are personal data (GDPR 4(5), recital 26).
        "dataclassification": "confidential",
        "dataregulation": "GDPR",
    }
    if notice.subject_id is not None:
        attributes["subject"] = notice.subject_id
    return attributes


def _data(record: OutputRecord) -> dict[str, Any]:
    """All fields as they are, in both languages: this form is for programs."""
    return finding_to_json(record) if isinstance(record, Finding) else duty_to_json(record)


def _json(value: dict[str, Any]) -> bytes:
    """In ASCII: characters that end lines or turn the reading direction stand as escapes."""
    return json.dumps(value, separators=(",", ":")).encode()
