"""Stories as a changelog holds them, and as a person is read from it."""

from __future__ import annotations

from collections.abc import Iterator

from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.core.state import EventRow
from streams.subject_access import StoredPerson
from streams.wire.rows import stored_form, stored_refusal
from tests.core.stories import Story
from tests.verify.outputs import At


def rows_of(lived: Story) -> list[EventRow]:
    """All rows of the story's person."""
    found: list[EventRow] = []
    for record in lived.subject.records.values():
        found += [record.row, *record.others]
    return found


def person(lived: Story, clock: Instant | None = None) -> StoredPerson:
    """The person as `read_person` gives it."""
    who = lived.subject
    refused = tuple(who.refusals.values())
    rows = tuple(rows_of(lived))
    return StoredPerson(who.controller_id, who.subject_id, rows, refused, clock, in_work=False)


def records(lived: Story, first: int = 0) -> Iterator[At]:
    """The rows as records of the changelog, with offsets from `first` on."""
    who = lived.subject
    key = subject_key(who.controller_id, who.subject_id)
    pairs = [stored_form(key, row) for row in rows_of(lived)]
    pairs += [stored_refusal(key, row) for row in who.refusals.values()]
    for offset, (name, value) in enumerate(pairs, first):
        yield At(offset, name, value, topic="consentry-worker-state-changelog")
