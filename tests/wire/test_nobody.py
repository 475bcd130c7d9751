"""What programs write where they know nobody is no person, and their events are refused."""

from __future__ import annotations

import pytest

from streams.core.identifiers import NOBODY, means_nobody
from streams.core.instants import Instant
from streams.core.vocabulary import EventType
from tests.wire.test_written_one_way import bad, good


@pytest.mark.parametrize("kind", EventType)
@pytest.mark.parametrize("text", sorted({*NOBODY, "None", "NULL", "N/A", "Guest", "NaN"}))
def test_a_placeholder_for_nobody_is_no_person(kind: EventType, text: str) -> None:
    rejected = bad(kind, subject_id=text)
    assert rejected.dead_letter.field == "subject_id"
    assert "placeholder" in rejected.dead_letter.reason
    # And nothing is found about a person of that name.
    assert (rejected.controller_id, rejected.subject_id) == ("OURCO", None)
    assert rejected.refusal(Instant(0)) is None
    for other in ("controller_id", "event_id", "source_system"):
        good(kind, **{other: text})


def test_what_stands_for_nobody_is_written_as_it_is_looked_for() -> None:
    assert {text for text in NOBODY if not means_nobody(text)} == set()
    assert not any(map(means_nobody, ("s-1", "guest-1", "0", "-1", "0" * 64)))
