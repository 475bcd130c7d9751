"""A live subject stands for its rows where they are in memory, and says what was written of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import pytest

from streams.core.events import Event
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days, hours
from streams.core.policy import fixed_policy
from streams.core.subject import Subject
from streams.transport.state.memory import MemoryRows
from streams.wire.rows import CorruptRow
from tests.agents.ordering import command, key, order
from tests.agents.test_erase import history
from tests.agents.test_refusals import bad
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share, stories, withdrawal
from tests.transport.stored_rows import A
from tests.transport.stored_rows import key as row_key

PEOPLE = ("s", "t", "u")


def lived(most: int = 10**6) -> World:
    """Three people, with findings, duties, refused records and two payloads of an event."""
    one = World()
    one.judge.subjects.live.bound(most, 10**12)
    for who in PEOPLE:
        one.take(*one.story(*history(who)))
    late = withdrawal("s", "w0", Instant(START + 1))
    other = share("s", "1", Instant(START - days(1)))
    one.take(*one.story(late, other, *history("t")), bad(one))
    return one


def rows(one: World) -> dict[bytes, bytes]:
    """All that the store says is stored."""
    return {at: row for who in one.subjects for at, row in one.rows.rows_of(who).items()}


def written(one: World) -> dict[bytes | None, bytes]:
    return one.compacted(NAMES.changelog)


def _nothing(one: World) -> None:
    del one


def _policy(one: World) -> None:
    one.change(fixed_policy(notify_deadline=hours(1))).sweep()


def _restricted(one: World) -> None:
    one.take(order(one, command("restrict", "s")))


def _erased(one: World) -> None:
    one.take(order(one, command("erase", "s")))


@pytest.mark.parametrize("most", [1, 2, 10**6])
@pytest.mark.parametrize("what", [_nothing, _policy, _restricted, _erased])
def test_what_the_store_says_is_what_was_written(what: Callable[[World], None], most: int) -> None:
    one = lived(most)
    assert rows(one) == written(one)
    what(one)
    assert rows(one) == written(one)
    assert one.stored == len(one.rows) or one.rows.lasts, "on disk an estimate"
    one.take(*one.story(*[share(who, "9", Instant(START + days(3))) for who in PEOPLE]))
    assert rows(one) == written(one)
    one.tick(START + days(400))
    assert rows(one) == written(one)


def test_in_memory_each_row_stands_once(store: str) -> None:
    one = lived()
    if store != "memory":
        assert not one.rows.holds_subjects
        return
    held = cast("MemoryRows", one.rows)
    assert len(held._held) == len(PEOPLE)
    assert not any(rows for bucket in held._buckets.values() for rows in bucket.values())
    one.judge.subjects.live.bound(1, 10**12)
    assert len(held._held) == 1
    assert len([rows for bucket in held._buckets.values() for rows in bucket.values() if rows]) == 2


def test_many_people_within_a_bound_and_after_a_restart() -> None:
    one = World()
    one.judge.subjects.live.bound(5, 10**12)
    events: list[Event] = stories(30)
    one.take(*one.story(*events))
    assert rows(one) == written(one)
    before = rows(one)
    assert rows(one.restart()) == before


def test_a_subject_that_says_less_than_was_stored_is_refused() -> None:
    store = MemoryRows()
    who = SubjectKey(key("s"))
    store.put(row_key(who, "1"), A)
    with pytest.raises(CorruptRow, match="is missing in a live subject"):
        store.hold(who, Subject(*("SHOP", "s")))  # type: ignore[arg-type]


def test_the_rows_of_who_is_not_live_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """On disk that costs as much as building the subject from them."""
    one = lived(most=1).restart()
    asked: list[SubjectKey] = []
    read = type(one.rows).rows_of

    def noted(store: MemoryRows, subject: SubjectKey) -> Mapping[bytes, bytes]:
        asked.append(subject)
        return read(store, subject)

    monkeypatch.setattr(type(one.rows), "rows_of", noted)
    who = SubjectKey(key("s"))
    assert one.judge.subjects.find(who) is one.judge.subjects.find(who) is not None
    assert asked == [who]
    assert one.judge.subjects.live.peek(who) is not None
