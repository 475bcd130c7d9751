"""Findings and duties to bytes and back: Avro for topics, JSON for people and programs."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.instants import format_instant
from streams.wire.avro import read_record, write_record
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import DUTY, FINDING

_Output = TypeVar("_Output", Finding, Duty)

_FINDING_INSTANTS = ("occurred_at", "detected_at")
_DUTY_INSTANTS = ("starts_at", "due_at", "notified_at", "detected_at")


def encode_finding(finding: Finding) -> bytes:
    """The value of a record on the violations topic."""
    return write_record(FINDING, msgspec.to_builtins(finding))


def decode_finding(value: bytes) -> Finding:
    """Read what `encode_finding` wrote, now or in an earlier release. Raises WireError."""
    return _read(value, FINDING, Finding)


def encode_duty(duty: Duty) -> bytes:
    """The value of a record on the duties topic."""
    return write_record(DUTY, msgspec.to_builtins(duty))


def decode_duty(value: bytes) -> Duty:
    """Read what `encode_duty` wrote, now or in an earlier release. Raises WireError."""
    return _read(value, DUTY, Duty)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """All fields, ready for a JSON encoder; instants in the canonical form."""
    return _texts(finding, _FINDING_INSTANTS)


def duty_to_json(duty: Duty) -> dict[str, Any]:
    """All fields, ready for a JSON encoder; instants in the canonical form."""
    return _texts(duty, _DUTY_INSTANTS)


def _texts(one: Finding | Duty, instants: tuple[str, ...]) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(one)
    for name, member in record.items():
        if name in instants and member is not None:
            record[name] = format_instant(member)
        elif isinstance(member, tuple):
            record[name] = list(member)
    return record


def _read(value: bytes, name: str, kind: type[_Output]) -> _Output:
    if not value.startswith(AVRO_MARKER):
        raise WireError(f"a {name} begins with the Avro marker C3 01")
    found, record = read_record(value)
    if found != name:
        raise WireError(f"the record is a {found}, not a {name}")
    try:
        return msgspec.convert(record, kind)
    except msgspec.ValidationError:
        raise WireError(
            f"the {name} holds a symbol that this release does not know; upgrade Consentry"
        ) from None
