"""What every store of rows does, whatever the setting `store` names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, get_args

import pytest

from streams.core.identifiers import SubjectKey
from streams.settings import Settings
from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore
from streams.transport.wiring import new_stores
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow
from tests.transport.disk import opened
from tests.transport.records import One
from tests.transport.stored_rows import A, B, key

KINDS: Final = get_args(Settings.model_fields["store"].annotation)
STORES: Final[dict[str, Callable[[Path], RowStore]]] = {
    "memory": lambda _: MemoryRows(),
    "rocksdb": opened,
}

ANN, BEN, CIS = (SubjectKey(f"OURCO\x1f{name}".encode()) for name in ("ann", "ben", "cis"))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RowStore:
    assert request.param in STORES, f"add {request.param} to STORES in {__name__}"
    return STORES[request.param](tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_setting_gives_a_store(kind: str, tmp_path: Path) -> None:
    assert new_stores(Settings(store=kind, store_folder=tmp_path)) is not None


def test_there_is_no_store_that_no_setting_names() -> None:
    assert set(STORES) == set(KINDS)


def test_a_row_is_there_at_once_is_replaced_and_forgotten(store: RowStore) -> None:
    store.put(key(ANN, "1"), b"one")
    assert dict(store.rows_of(ANN)) == {key(ANN, "1"): b"one"}
    store.put(key(ANN, "1"), b"two")
    store.put(key(ANN, "2"), b"three")
    assert dict(store.rows_of(ANN)) == {key(ANN, "1"): b"two", key(ANN, "2"): b"three"}
    store.put(key(ANN, "1"), None)
    store.put(key(ANN, "1"), None)
    assert dict(store.rows_of(ANN)) == {key(ANN, "2"): b"three"}
    store.close()


def test_nobody_has_anothers_rows(store: RowStore) -> None:
    """Also of a subject whose key begins like another's."""
    longer = SubjectKey(ANN + b"a")
    store.put(key(ANN, "1"), b"one")
    store.put(key(longer, "1"), b"other")
    assert dict(store.rows_of(ANN)) == {key(ANN, "1"): b"one"}
    assert dict(store.rows_of(longer)) == {key(longer, "1"): b"other"}
    assert not store.rows_of(BEN)
    store.close()


@pytest.mark.parametrize("foreign", [b"", b"no end", b"\x00P", b"subject\x00?kind"])
def test_a_key_that_is_no_rows_is_refused(store: RowStore, foreign: bytes) -> None:
    with pytest.raises(CorruptRow):
        store.put(foreign, b"row")
    store.close()


def test_a_walk_meets_everybody_once_and_goes_on_from_a_place(store: RowStore) -> None:
    for one in (BEN, ANN, CIS):
        store.put(key(one, "1"), b"row")
        store.put(key(one, "2"), b"row")
    whole = list(store.walk())
    assert {subject for _, subject in whole} == {ANN, BEN, CIS}
    assert len(whole) == 3
    assert [place for place, _ in whole] == sorted(place for place, _ in whole)
    assert list(store.walk(whole[1][0])) == whole[1:]
    store.close()


def test_the_order_of_a_walk_is_the_same_in_every_store(tmp_path: Path) -> None:
    """A place that one store gave is understood by another one."""
    walks = []
    for kind, opener in STORES.items():
        rows = opener(tmp_path / kind)
        for number in range(300):
            rows.put(key(SubjectKey(f"OURCO\x1fs-{number}".encode()), "1"), b"row")
        walks.append(list(rows.walk()))
        rows.close()
    assert all(walk == walks[0] for walk in walks)


def test_what_is_loaded_is_what_was_written(store: RowStore) -> None:
    store.load(
        [
            One("log", 0, 0, 0, key(ANN, "1"), A),
            One("log", 0, 1, 0, key(BEN, "1"), B),
            One("log", 0, 2, 0, key(ANN, "1"), None),
            One("log", 0, 3, 0, PROGRESS_KEY, b"progress"),
        ]
    )
    store.loaded()
    assert not store.rows_of(ANN)
    assert dict(store.rows_of(BEN)) == {key(BEN, "1"): B}
    assert store.progress == b"progress"
    store.close()


def test_a_record_that_cannot_be_read_is_refused(store: RowStore) -> None:
    with pytest.raises(CorruptRow):
        store.load([One("log", 0, 0, 0, b"foreign", A)])
    store.close()


def test_after_a_rebuild_there_is_nothing(store: RowStore) -> None:
    store.load([One("log", 0, 0, 0, key(ANN, "1"), A)])
    store.rebuild("a test wants it")
    assert not store.rows_of(ANN)
    assert not list(store.walk())
    assert store.position is None
    assert store.progress is None
    store.close()


def test_any_sequence_of_changes_ends_as_in_a_dictionary(store: RowStore) -> None:
    draw = Random(3)
    model: dict[bytes, bytes] = {}
    for number in range(2_000):
        one = key(draw.choice((ANN, BEN, CIS)), str(draw.randrange(20)))
        row = None if draw.random() < 0.3 else str(number).encode()
        store.put(one, row)
        if row is None:
            model.pop(one, None)
        else:
            model[one] = row
    found = {k: v for who in (ANN, BEN, CIS) for k, v in store.rows_of(who).items()}
    assert found == model
    store.close()
