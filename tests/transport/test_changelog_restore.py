"""The subject table: one contract for every store, and the same rows by slices as one by one.

Each test gets a store that keeps what is put in memory until it is committed, so the
contract is the same before a commit and after: `commit` says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from streams.core.identifiers import SubjectKey, subject_key
from streams.errors import ConsentryError
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow
from tests.transport.disk import opened
from tests.transport.records import One
from tests.transport.stored_rows import ANN, BOB, A, B, C, D, key


class Making:
    """Makes stores of one kind."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self._folder = folder
        self._made = 0

    def new(self) -> RowStore:
        self._made += 1
        if self.kind == "memory":
            return MemoryRows()
        return opened(self._folder / str(self._made))


@pytest.fixture(params=["memory", "rocksdb"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Making:
    return Making(request.param, tmp_path)


class Written:
    """A store, and the changelog beside it; rows are committed when `commit` is called."""

    def __init__(self, rows: RowStore) -> None:
        self.rows = rows
        self._put: list[tuple[bytes, bytes | None]] = []
        self._end = self._puts = 0

    def put(self, at: bytes, row: bytes | None) -> None:
        self.rows.put(at, row)
        self._put.append((at, row))

    def commit(self) -> None:
        self._end += len(self._put) + 2
        self._puts += len(self._put)
        if self.rows.lasts:
            self.rows.committed(self._put, b"p%d" % self._end, self._end, self._puts)
        self._put = []


def subjects(rows: RowStore) -> set[SubjectKey]:
    return {subject for _, subject in rows.walk()}


def counted(rows: RowStore) -> int:
    return sum(len(rows.rows_of(subject)) for subject in subjects(rows))


@pytest.mark.parametrize("commits", [True, False])
def test_rows_are_kept_by_subject_and_forgotten_by_tombstone(
    make: Making,
    commits: bool,  # noqa: FBT001 - drawn
) -> None:
    store = Written(make.new())
    rows = store.rows
    for at, value in ((key(ANN, "1"), A), (key(ANN, "2"), B), (key(BOB, "1"), C)):
        store.put(at, value)
    if commits:
        store.commit()
    store.put(key(ANN, "1"), D)
    assert dict(rows.rows_of(ANN)) == {key(ANN, "1"): D, key(ANN, "2"): B}
    assert (counted(rows), subjects(rows)) == (3, {ANN, BOB})
    if commits:
        store.commit()
    store.put(key(BOB, "1"), None)
    store.put(key(BOB, "9"), None)
    store.put(key(ANN, "9"), None)
    for _ in range(2):
        assert (counted(rows), subjects(rows)) == (2, {ANN})
        assert rows.rows_of(BOB) == {}
        store.commit()


def test_subjects_whose_names_begin_alike_are_kept_apart(make: Making) -> None:
    store = Written(make.new())
    names = ["a", "aa", "a-", "a!", "aaa"]
    for name in names:
        store.put(key(subject_key("SHOP", name), "1"), A)
    for _ in range(2):
        for name in names:
            subject = subject_key("SHOP", name)
            assert list(store.rows.rows_of(subject)) == [key(subject, "1")]
        assert len(list(store.rows.walk())) == len(names)
        store.commit()


def test_a_tombstone_is_not_taken_away_by_the_commit_of_an_earlier_one(make: Making) -> None:
    """Two look alike, and a row came between them."""
    store = Written(make.new())
    at = key(ANN, "1")
    store.put(at, None)
    first, store._put = store._put, []
    store.put(at, A)
    second, store._put = store._put, []
    store.put(at, None)
    third = store._put
    for part in (first, second, third):
        store._put = part
        store.commit()
        assert store.rows.rows_of(ANN) == {}
        assert subjects(store.rows) == set()


def many(rows: RowStore, numbers: Iterable[int]) -> Written:
    store = Written(rows)
    for number in numbers:
        store.put(key(subject_key("SHOP", f"s{number}"), "1"), A)
        if number % 3 == 0:
            store.commit()
    return store


def test_a_walk_goes_on_from_any_place_also_in_a_restored_store(make: Making) -> None:
    rows = many(make.new(), range(10_000)).rows
    turned = many(make.new(), reversed(range(10_000))).rows
    whole = list(rows.walk())
    assert len({subject for _, subject in whole}) == 10_000
    assert list(turned.walk()) == whole
    assert list(many(MemoryRows(), range(10_000)).rows.walk()) == whole, "the same in every store"
    assert [place for place, _ in whole] == sorted(place for place, _ in whole)
    for number in (0, 1, 4_999, 9_999):
        assert list(turned.walk(whole[number][0])) == whole[number:]
    assert list(rows.walk(b"\xff\xff\xff\xff")) == []
    assert {len(place) for place, _ in whole} == {4}, "a hash, which names nobody"


def test_a_walk_meets_who_stays_while_others_come_and_go(make: Making) -> None:
    store = many(make.new(), range(5_000))
    met = set()
    for number, (_, subject) in enumerate(store.rows.walk()):
        met.add(subject)
        store.put(key(subject, "1"), None)
        store.put(key(subject_key("LATE", f"n{number}"), "1"), A)
        if number % 100 == 0:
            store.commit()
        if len(met) > 20_000:
            break  # those who come are met as well
    assert {subject_key("SHOP", f"s{number}") for number in range(5_000)} <= met


def test_a_restore_takes_the_latest_progress_and_rows(make: Making) -> None:
    restored = Restored(make.new())
    restored.apply(
        [
            One("log", 0, 0, 0, PROGRESS_KEY, b"p1"),
            One("log", 0, 1, 0, key(ANN, "1"), A),
            One("log", 0, 2, 0, key(ANN, "2"), A),
            One("log", 0, 3, 0, key(ANN, "2"), None),
            One("log", 0, 4, 0, PROGRESS_KEY, b"p2"),
        ]
    )
    assert restored.progress == b"p2"
    assert restored.rows.rows_of(ANN) == {key(ANN, "1"): A}
    assert restored.read == 5


@pytest.mark.parametrize("bad", [None, b"", b"subject", b"subject\x00?1"])
def test_a_row_under_an_unknown_key_stops_the_restore(make: Making, bad: bytes | None) -> None:
    with pytest.raises(ConsentryError, match="offset 7"):
        Restored(make.new()).apply([One("log", 0, 7, 0, bad, A)])
    with pytest.raises(CorruptRow):
        make.new().put(bad or b"", A)


def test_in_memory_there_is_nothing_to_go_on_from_after_a_restart() -> None:
    rows = MemoryRows()
    assert (rows.lasts, rows.position, rows.deadlines) == (False, None, None)
    Restored(rows).apply([One("log", 0, 1, 0, key(ANN, "1"), A)])
    assert len(rows) == 1
    rows.rebuild("a reason")
    assert (len(rows), rows.progress, list(rows.walk())) == (0, None, [])
