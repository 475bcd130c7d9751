"""Findings and duties to bytes and back: Avro or JSON on topics, JSON for people and programs.

A reader takes every form that a worker can be set to write (`output_format`): the bytes say
which one it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.instants import EARLIEST, LATEST, parse_instant
from streams.wire.avro import read_record
from streams.wire.avro_flat import FlatRecord
from streams.wire.canonical import instant_text
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER, RegistryDecoder
from streams.wire.jsonl import read_json
from streams.wire.schemas import DUTY, FINDING, schemas

_Output = TypeVar("_Output", Finding, Duty)

_FINDING_INSTANTS = ("occurred_at", "detected_at")
_DUTY_INSTANTS = ("starts_at", "due_at", "notified_at", "detected_at")
_NUMBERS = ("revision", "share_count")
_TEXTS: Final = "law_version"
"""From this field on, findings and duties hold what comes again and again."""
_LARGEST: Final = 1 << 30
"""No revision or count of ours comes near it; seconds since 1970 lie above it."""


def encode_finding(finding: Finding) -> bytes:
    """A finding in the single-object encoding, as `output_format = avro` has it on the topic."""
    return _findings().single_object(finding)


def decode_finding(value: bytes, registry: RegistryDecoder | None = None) -> Finding:
    """Read a finding in any form that a release wrote. Raises WireError.

    `registry` is needed for those with registry framing.
    """
    return _read(value, FINDING, Finding, _FINDING_INSTANTS, registry)


def encode_duty(duty: Duty) -> bytes:
    """A duty in the single-object encoding."""
    return _duties().single_object(duty)


def decode_duty(value: bytes, registry: RegistryDecoder | None = None) -> Duty:
    """Read a duty, as `decode_finding` does a finding. Raises WireError."""
    return _read(value, DUTY, Duty, _DUTY_INSTANTS, registry)


@cache
def _findings() -> FlatRecord:
    return FlatRecord(schemas().current[FINDING], _TEXTS)


@cache
def _duties() -> FlatRecord:
    return FlatRecord(schemas().current[DUTY], _TEXTS)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """All fields, ready for a JSON encoder; instants in the canonical form."""
    return _in_texts(finding, _FINDING_INSTANTS)


def duty_to_json(duty: Duty) -> dict[str, Any]:
    """All fields, ready for a JSON encoder; instants in the canonical form."""
    return _in_texts(duty, _DUTY_INSTANTS)


def finding_json(finding: Finding) -> bytes:
    """`finding_to_json` as bytes."""
    return msgspec.json.encode(finding_for_json(finding))


def duty_json(duty: Duty) -> bytes:
    """`duty_to_json` as bytes."""
    return msgspec.json.encode(duty_for_json(duty))


def finding_for_json(finding: Finding) -> dict[str, Any]:
    """As `finding_to_json`, for msgspec's encoder alone, which knows symbols and tuples."""
    return _for_json(finding, _FINDING_INSTANTS)


def duty_for_json(duty: Duty) -> dict[str, Any]:
    """As `duty_to_json`, for msgspec's encoder alone."""
    return _for_json(duty, _DUTY_INSTANTS)


def _for_json(one: Finding | Duty, instants: tuple[str, ...]) -> dict[str, Any]:
    record = msgspec.structs.asdict(one)
    for name in instants:
        member = record[name]
        if member is not None:
            record[name] = instant_text(member)
    return record


def _in_texts(one: Finding | Duty, instants: tuple[str, ...]) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(one)
    for name, member in record.items():
        if name in instants and member is not None:
            record[name] = instant_text(member)
        elif isinstance(member, tuple):
            record[name] = list(member)
    return record


def _read(
    value: bytes,
    name: str,
    kind: type[_Output],
    instants: tuple[str, ...],
    registry: RegistryDecoder | None,
) -> _Output:
    if value[:1] == b"\0":
        value = _unframed(value, name, registry)
    if value[:1] == b"{":
        record = _from_json(value, instants)
    elif value.startswith(AVRO_MARKER):
        found, record = read_record(value)
        if found != name:
            raise WireError(f"the record is a {found}, not a {name}")
    else:
        raise WireError(
            f"a {name} begins with the Avro marker C3 01, with 00 and the id of its schema in a "
            "registry, or with {"
        )
    try:
        read = msgspec.convert(record, kind)
    except msgspec.ValidationError:
        raise WireError(
            f"the {name} holds a symbol that this release does not know, or lacks a field; upgrade "
            "Consentry"
        ) from None
    _check_values(read, name, instants)
    return read


def _check_values(read: Finding | Duty, name: str, instants: tuple[str, ...]) -> None:
    """Refuse what could be read, and not be written again in each form. Raises WireError."""
    for field in instants:
        at = getattr(read, field)
        if at is not None and not EARLIEST <= at <= LATEST:
            raise WireError(f"{field} of the {name} is outside the years 1 to 9999", field)
    for field in _NUMBERS:
        if not -_LARGEST <= getattr(read, field, 0) <= _LARGEST:
            raise WireError(f"{field} of the {name} is a number beyond {_LARGEST}", field)
    if isinstance(read, Duty) and not read.recipient_id:
        raise WireError(f"recipient_id of the {name} is empty", "recipient_id")


def _unframed(value: bytes, name: str, registry: RegistryDecoder | None) -> bytes:
    if registry is None:
        raise WireError(
            f"the {name} has the framing of a schema registry, and registry_url is not set"
        )
    found = registry.single_object(value)
    if found is None:
        raise WireError(f"the {name} was not written with a schema that this release knows")
    return found


def _from_json(value: bytes, instants: tuple[str, ...]) -> dict[str, Any]:
    """A plain object, or the data of a structured CloudEvent."""
    record = read_json(value)
    if "specversion" in record and isinstance(record.get("data"), dict):
        record = record["data"]
    for name in instants:
        text = record.get(name)
        if text is None:
            continue
        try:
            record[name] = parse_instant(text)
        except (TypeError, ValueError):
            raise WireError(f"{name} is no RFC 3339 instant", name) from None
    return record
