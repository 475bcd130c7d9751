"""The subject table: the same rows by slices as one by one."""

from __future__ import annotations

import pytest

from streams.core.identifiers import EventId, PayloadHash, SubjectKey, subject_key
from streams.errors import ConsentryError
from streams.transport.table import MemoryRows, Restored
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow, row_key
from tests.transport.records import One

ANN, BOB = subject_key("SHOP", "ann"), subject_key("SHOP", "bob")


def key(subject: SubjectKey, event_id: str) -> bytes:
    return row_key(subject, EventId(event_id), PayloadHash("00" * 32))


def subjects(rows: MemoryRows) -> set[SubjectKey]:
    return {subject for _, subject in rows.walk()}


def test_rows_are_kept_by_subject_and_forgotten_by_tombstone() -> None:
    rows = MemoryRows()
    rows.put(key(ANN, "1"), b"a")
    rows.put(key(ANN, "2"), b"b")
    rows.put(key(BOB, "1"), b"c")
    rows.put(key(ANN, "1"), b"d")
    assert dict(rows.rows_of(ANN)) == {key(ANN, "1"): b"d", key(ANN, "2"): b"b"}
    assert (len(rows), subjects(rows)) == (3, {ANN, BOB})
    rows.put(key(BOB, "1"), None)
    rows.put(key(BOB, "9"), None)
    rows.put(key(ANN, "9"), None)
    assert (len(rows), subjects(rows)) == (2, {ANN})
    assert rows.rows_of(BOB) == {}


def many(count: int) -> MemoryRows:
    rows = MemoryRows()
    for number in range(count):
        rows.put(key(subject_key("SHOP", f"s{number}"), "1"), b"x")
    return rows


def test_a_walk_goes_on_from_any_place_also_in_a_restored_store() -> None:
    rows, turned = many(10_000), MemoryRows()
    for number in reversed(range(10_000)):
        turned.put(key(subject_key("SHOP", f"s{number}"), "1"), b"x")
    whole = list(rows.walk())
    assert len({subject for _, subject in whole}) == 10_000
    assert list(turned.walk()) == whole
    assert [place for place, _ in whole] == sorted(place for place, _ in whole)
    for number in (0, 1, 4_999, 9_999):
        assert list(turned.walk(whole[number][0])) == whole[number:]
    assert list(rows.walk(b"\xff\xff\xff\xff")) == []
    assert {len(place) for place, _ in whole} == {4}, "a hash, which names nobody"


def test_a_walk_meets_whoever_stays_while_others_come_and_go() -> None:
    rows, met = many(5_000), set()
    for number, (_, subject) in enumerate(rows.walk()):
        met.add(subject)
        rows.put(key(subject, "1"), None)
        rows.put(key(subject_key("LATE", f"n{number}"), "1"), b"x")
        if len(met) > 20_000:
            break  # those who come are met as well
    assert {subject_key("SHOP", f"s{number}") for number in range(5_000)} <= met


def test_a_restore_takes_the_latest_progress_and_rows() -> None:
    restored = Restored(MemoryRows())
    restored.apply(
        [
            One("log", 0, 0, 0, PROGRESS_KEY, b"p1"),
            One("log", 0, 1, 0, key(ANN, "1"), b"a"),
            One("log", 0, 4, 0, PROGRESS_KEY, b"p2"),
        ]
    )
    assert restored.progress == b"p2"
    assert len(restored.rows) == 1


@pytest.mark.parametrize("bad", [None, b"", b"subject", b"subject\x00?1"])
def test_a_row_under_an_unknown_key_stops_the_restore(bad: bytes | None) -> None:
    with pytest.raises(ConsentryError, match="offset 7"):
        Restored(MemoryRows()).apply([One("log", 0, 7, 0, bad, b"x")])
    with pytest.raises(CorruptRow):
        MemoryRows().put(bad or b"", b"x")
