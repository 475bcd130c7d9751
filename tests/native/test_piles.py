"""Records of a subject lie on a pile until its turn; C keeps the piles by subject."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.check.held import Known, Waiting
from streams.check.judged_subject import in_time
from streams.check.names import Names
from streams.check.undecoded import (
    OrdinaryFacts,
    hold,
    in_pieces,
    new_piles,
    one_by_one,
    plain_hold,
)
from streams.core.state import Fact
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.files.read import read_pieces
from streams.files.records import Lines
from tests.check.test_undecoded import CLOCK, shares

in_c = pytest.mark.skipif(new_piles() is None, reason="without C there are lists alone")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    sample = make_sample(SampleOptions(subjects=200, seed=5, until=CLOCK))
    write_sample(sample, tmp_path, Form.AVRO)
    return tmp_path


def held_of(pieces: list[Lines], *, plainly: bool) -> dict[bytes, Waiting]:
    lists: dict[bytes, list[Known]] = {}
    piles = None if plainly else new_piles()
    for one in pieces:
        hold(one, lists, piles, 0, 1)
    return {**lists, **dict(piles or ())}


def test_a_pile_gives_what_a_list_would(shop: Path) -> None:
    pieces = [
        one
        for one in read_pieces(sorted(str(one) for one in shop.glob("*.avro")))
        if isinstance(one, Lines)
    ]
    lists = held_of(pieces, plainly=True)
    piles = held_of(pieces, plainly=False)
    assert list(piles) == list(lists)
    assert [len(held) for held in piles.values()] == [len(held) for held in lists.values()]
    assert max(map(len, lists.values())) > 10
    in_threes = {
        key: [one for some in in_pieces(held, 3) for one in some] for key, held in piles.items()
    }
    assert in_threes == lists
    whole = held_of(pieces, plainly=False)
    assert {key: one_by_one(held) for key, held in whole.items()} == lists


def block_of(shop: Path) -> Lines:
    return next(
        one for one in read_pieces([str(shop / "data-share.avro")]) if isinstance(one, Lines)
    )


def piles_of(lines_: Lines) -> Any:
    piles = new_piles()
    assert piles is not None
    hold(lines_, {}, piles, 0, 1)
    return piles


@in_c
def test_nothing_is_added_to_piles_that_are_taken(shop: Path) -> None:
    lines_ = block_of(shop)
    piles = piles_of(lines_)
    count = len(piles)
    next(piles)
    assert len(piles) == count - 1 > 1
    with pytest.raises(ValueError, match="not added to"):
        hold(lines_, {}, piles, 0, 1)
    assert len(list(piles)) == count - 1
    # Once all were taken it begins again.
    hold(lines_, {}, piles, 0, 1)
    assert len(piles) == count


@in_c
def test_who_has_a_list_has_no_pile_any_more(shop: Path) -> None:
    lines_ = block_of(shop)
    piles = piles_of(lines_)
    plain: dict[bytes, list[Known]] = {}
    plain_hold(lines_, plain, 0, 1)
    key, records = next(iter(plain.items()))
    lists = {key: one_by_one(piles.pop(key))}
    assert lists == {key: records}
    assert piles.pop(key) is None
    assert piles.pop(b"nobody") is None
    hold(lines_, lists, piles, 0, 1)
    assert lists == {key: records * 2}
    assert key not in dict(piles)


@in_c
def test_a_pile_that_was_popped_may_begin_again(shop: Path) -> None:
    lines_ = block_of(shop)
    piles = piles_of(lines_)
    count = len(piles)
    key = next(iter(dict(piles_of(lines_))))
    before = one_by_one(piles.pop(key))
    assert len(piles) == count - 1
    hold(lines_, {}, piles, 0, 1)
    assert len(piles) == count
    assert one_by_one(piles.pop(key)) == before


@in_c
def test_the_facts_of_a_pile_come_in_the_order_of_time(tmp_path: Path) -> None:
    shares(
        tmp_path,
        **{f"n{number}": {"occurred_at": f"2026-09-0{day}T10:00:00Z"}
           for number, day in enumerate((3, 1, 2, 1, 9, 2))},
    )  # fmt: skip
    [lines_] = [
        one for one in read_pieces([str(tmp_path / "shares.avro")]) if isinstance(one, Lines)
    ]
    [(_, pile)] = list(piles_of(lines_))
    found: list[Fact] = []
    assert OrdinaryFacts(None, Names()).facts(pile, 0, 4, found) == []
    assert [fact.event.event_id for fact in found] == ["n1", "n3", "n2", "n0"]
    # Those of one call: the next are for who asks for them.
    OrdinaryFacts(None, Names()).facts(pile, 4, 4, found)
    assert [fact.event.event_id for fact in found[4:]] == ["n5", "n4"]
    assert [fact.source.offset for fact in in_time(found)] == [2, 4, 3, 6, 1, 5]
