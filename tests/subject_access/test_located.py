"""Whose an id is: searched in the records of a changelog."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.identifiers import ControllerId, EventId, SubjectId
from streams.core.refusals import refuse
from streams.core.state import Refusal
from streams.core.subject import Subject
from streams.core.vocabulary import EventType
from streams.errors import ConsentryError
from streams.subject_access.located import IdKind, Located, Search, is_address
from streams.wire.progress import PROGRESS_KEY
from tests.core.builders import grant, moment, share, withdraw
from tests.core.stories import POLICY, Story
from tests.subject_access.stored import records
from tests.verify.outputs import At


def found(one_id: str, *stories: Story) -> list[Located]:
    search = Search(one_id)
    search.take(At(0, PROGRESS_KEY, b"not read here"))
    for lived in stories:
        for record in records(lived):
            search.take(record)
    return search.found


def story_of(subject_id: str, controller_id: str = "OURCO") -> Story:
    """A consent, a share, its withdrawal, an overdue duty, a share against it, one refused id."""
    lived = Story()
    lived.subject = Subject(ControllerId(controller_id), SubjectId(subject_id))
    who: Any = {"subject_id": subject_id, "controller_id": controller_id}
    late = share(3, id=f"late-{subject_id}", **who)
    lived.take(grant(0, **who), share(1, **who), withdraw(2, **who), late).tick(100)
    bad = EventId(f"bad-{subject_id}")
    refusal = Refusal(
        event_type=EventType.PURCHASE, event_id=bad, occurred_at=None, ingested_at=moment(4)
    )
    decision = refuse(lived.subject, refusal, POLICY, None)
    lived.decisions.append(decision)
    lived.findings.update({one.violation_id: one for one in decision.findings})
    return lived


ONE, OTHER = story_of("s-1"), story_of("s-2")


def at(kind: IdKind, lived: Story) -> Located:
    return Located(kind, lived.subject.controller_id, lived.subject.subject_id)


def test_every_finding_and_duty_is_found_by_its_own_id() -> None:
    assert len(ONE.findings) > 3
    assert ONE.duties
    for one_id in ONE.findings:
        assert found(one_id, ONE, OTHER) == [at(IdKind.FINDING, ONE)]
        assert found(one_id.upper(), ONE, OTHER) == [at(IdKind.FINDING, ONE)]
    for one_id in OTHER.duties:
        assert found(one_id, ONE, OTHER) == [at(IdKind.DUTY, OTHER)]


def test_events_and_persons_are_found_by_theirs() -> None:
    assert found("late-s-2", ONE, OTHER) == [at(IdKind.EVENT, OTHER)]
    assert found("bad-s-1", ONE, OTHER) == [at(IdKind.EVENT, ONE)]
    assert found("share", ONE, OTHER) == [at(IdKind.EVENT, ONE), at(IdKind.EVENT, OTHER)]
    assert found("s-2", ONE, OTHER) == [at(IdKind.PERSON, OTHER)]
    twin = story_of("s-2", "SISTER")
    assert found("s-2", ONE, OTHER, twin) == [at(IdKind.PERSON, OTHER), at(IdKind.PERSON, twin)]


@pytest.mark.parametrize("one_id", ["s-", "-1", "late", "shar", "OURCO", "late-s-11", "E", "S"])
def test_a_part_of_an_id_is_none(one_id: str) -> None:
    assert found(one_id, ONE, OTHER) == []


def test_an_id_of_somebody_who_has_left_is_nobodys() -> None:
    search = Search("s-1")
    rows = list(records(ONE))
    for row in rows:
        search.take(row)
    assert search.found
    for row in rows:
        search.take(At(row.offset + 100, row.key, None))
    assert search.found == []


def test_a_row_that_cannot_be_read_is_an_error_where_it_could_be_the_one() -> None:
    """Its place is named, and nothing of it."""
    row = next(one for one in records(ONE) if one.value is not None and b"said" in one.value)
    assert row.value is not None
    bad = At(row.offset, row.key, row.value[:-1], topic="log", partition=7)
    Search("s-1").take(bad)
    with pytest.raises(ConsentryError, match=r"log.*7.*"):
        Search(next(iter(ONE.findings))).take(bad)


def test_only_a_uuid_can_be_an_address() -> None:
    assert all(map(is_address, ONE.findings))
    assert not is_address("share")
