"""Which revisions a row says were published, those that share a batch with a later one too."""

from __future__ import annotations

from collections.abc import Iterable

from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.publications import Publication
from streams.core.refusals import refusal_address
from streams.core.render import address, duty_address
from streams.core.state import RefusalRow
from streams.wire.rows import decode_any, subject_of


def statuses(one: Finding | Duty, rows: Iterable[tuple[bytes, bytes | None]]) -> dict[int, str]:
    """The status of each revision that one of the rows keeps of a finding or duty."""
    assert one.controller_id is not None
    assert one.subject_id is not None
    key = subject_key(one.controller_id, one.subject_id)
    name = f"duty {one.duty_id}" if isinstance(one, Duty) else one.violation_id
    found: dict[int, str] = {}
    for place, value in rows:
        if value is not None and subject_of(place) == key:
            of = _published(key, place, value).get(name, ())
            found |= {one.revision: one.status for one in of}
    return found


def _published(key: SubjectKey, place: bytes, value: bytes) -> dict[str, tuple[Publication, ...]]:
    row = decode_any(value, place)
    if isinstance(row, RefusalRow):
        return {refusal_address(key, row): row.publications}
    event = row.fact.event
    found: dict[str, tuple[Publication, ...]] = {
        address(event, slot): one.publications for slot, one in row.published.items()
    }
    for who, owed in row.duties.items():
        found[f"duty {duty_address(event, who)}"] = owed.publications
    return found
