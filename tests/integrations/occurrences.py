"""Findings and duties of every life and every code, each under an id of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from streams.core.codes import CODES
from streams.core.findings import Finding, OutputRecord
from streams.core.identifiers import ViolationId
from tests.siem.lives import label_only, lives


def occurrences() -> list[OutputRecord]:
    """Steps of lives, a revision that is only a label, one finding of each code, one to assess."""
    return [_named(one, number) for number, one in enumerate(_all())]


def _all() -> Iterator[OutputRecord]:
    yield from lives().values()
    yield from label_only()
    one = lives()["finding opened"]
    assert isinstance(one, Finding)
    for code in CODES.values():
        yield msgspec.structs.replace(one, code=code.name, severity=code.severity)
    yield msgspec.structs.replace(one, breach_assessment_required=True)


def _named(one: OutputRecord, number: int) -> OutputRecord:
    name = ViolationId(f"{number:08x}-0000-5000-8000-000000000000")
    if isinstance(one, Finding):
        return msgspec.structs.replace(one, violation_id=name)
    return msgspec.structs.replace(one, duty_id=name)
