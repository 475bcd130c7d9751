"""What a purge deletes: all up to an offset, and nothing behind the first that stays."""

from __future__ import annotations

import pytest

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.operate.dead_letters.kept import KeptIn
from streams.operate.dead_letters.purge import Bound, PurgeCount, kept_in_of
from streams.operate.record_place import RecordPlace
from tests.kafka.stories import START
from tests.operate.letters import NAMES, SETTINGS, kept


def counted(bound: Bound, *ages: int) -> PurgeCount:
    counting = PurgeCount()
    counting.begin(0, 5, 50)
    for at, age in enumerate(ages):
        counting.take(kept(offset=10 + 2 * at, at=START + age), bound)
    counting.finish()
    return counting


def test_all_that_is_older_goes() -> None:
    counting = counted(Bound(before=Instant(START + 20)), 0, 10, 20)
    [one] = counting.partitions
    assert (one.start, one.before, one.records, one.left) == (5, 13, 2, 1)
    assert (one.oldest, one.newest) == (START, START + 10)
    assert counting.reasons == {"UNPROCESSABLE_EVENT": 2}
    assert counting.originals == [RecordPlace(NAMES.data_share, 3, 40)] * 2


def test_behind_the_first_that_stays_nothing_goes() -> None:
    [one] = counted(Bound(before=Instant(START + 20)), 0, 20, 10).partitions
    assert (one.before, one.records, one.left) == (11, 1, 2)


def test_one_record_goes_with_all_before_it() -> None:
    place = RecordPlace(NAMES.dead_letters, 0, 12)
    [one] = counted(Bound(place=place), 0, 10, 20).partitions
    assert (one.before, one.records, one.left) == (13, 2, 1)


def test_where_nothing_is_old_enough_nothing_goes() -> None:
    assert counted(Bound(before=Instant(START)), 0, 1).partitions == []


def test_only_topics_that_keep_what_was_set_aside_are_purged() -> None:
    assert kept_in_of(SETTINGS, RecordPlace(NAMES.quarantine, 0, 1)) is KeptIn.QUARANTINE
    with pytest.raises(ConsentryError, match="keeps nothing that was set aside"):
        kept_in_of(SETTINGS, RecordPlace(NAMES.data_share, 0, 1))
