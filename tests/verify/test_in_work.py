"""Whose record is in the midst of its pieces: that person is not compared, and nobody else."""

from __future__ import annotations

import pytest

from streams.core.event_kinds import event_key
from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.verify.in_work import in_work
from streams.wire.progress import Progress, Unfinished
from streams.wire.rows import row_key
from tests.kafka.stories import CONTROLLER, START, story
from tests.verify.outputs import fact_of

KEY = subject_key(CONTROLLER, "subject-1")
FACT = fact_of(story(1)[0], 0)


def unfinished(*, through: bool = False) -> Progress:
    row = row_key(KEY, FACT.event.event_id, FACT.hash)
    after = Instant(START), event_key(FACT.event)
    return Progress(positions={}, unfinished=Unfinished("t", 5, row, *after, through=through))


def test_the_person_of_the_record() -> None:
    assert in_work(unfinished(), KEY)


@pytest.mark.parametrize("other", ["subject-10", "subject-", "subject-2"])
def test_nobody_else(other: str) -> None:
    assert not in_work(unfinished(), subject_key(CONTROLLER, other))


def test_nobody_once_all_is_published_or_where_nothing_is_in_pieces() -> None:
    assert not in_work(unfinished(through=True), KEY)
    assert not in_work(Progress(positions={}), KEY)


def test_the_person_who_is_leaving() -> None:
    assert in_work(Progress(positions={}, leaving=KEY), KEY)
    assert not in_work(Progress(positions={}, leaving=KEY), subject_key(CONTROLLER, "subject-10"))
