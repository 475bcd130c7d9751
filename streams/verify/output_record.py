"""Findings and duties as the topics hold them: keys, addresses, and what still stands."""

from __future__ import annotations

from streams.core.findings import Duty, Finding, OutputRecord, id_of
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.findings import decode_duty, decode_finding, encode_duty, encode_finding
from streams.wire.framing import AVRO_MARKER, RegistryDecoder


def read_output(
    value: bytes, registry: RegistryDecoder | None = None, *, duty: bool
) -> OutputRecord:
    """Read a record of the violations or the duties topic. Raises WireError."""
    return decode_duty(value, registry) if duty else decode_finding(value, registry)


def kept_form(value: bytes, record: OutputRecord) -> bytes:
    """The bytes to keep of a record, which can be read without a registry."""
    if value.startswith(AVRO_MARKER):
        return value
    return encode_finding(record) if isinstance(record, Finding) else encode_duty(record)


def address(one_id: str, *, duty: bool) -> str:
    """Unique over both topics, whatever ids a foreign record has; ours are distinct (3.9)."""
    return f"{one_id} duty" if duty else one_id


def address_of(one: OutputRecord) -> str:
    """The address of a finding or duty."""
    return address(id_of(one), duty=isinstance(one, Duty))


def stands(one: OutputRecord) -> bool:
    """Whether it still says something: what was taken back does not."""
    return one.status not in (Status.RETRACTED, DutyStatus.RETRACTED)
