"""Slices: merged by time, continuous by position, bounded by credits."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from streams.transport.slices import Credits, Discontinuity, Polled, Span, cut, follow


class One(NamedTuple):
    """A record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def test_topics_of_a_partition_number_are_merged_by_time_into_one_slice() -> None:
    """
    a/0   0@10       1@30
    b/0        0@20
    a/1                    0@5
    """
    a0 = [One("a", 0, 0, 10), One("a", 0, 1, 30)]
    b0 = [One("b", 0, 0, 20)]
    a1 = [One("a", 1, 0, 5)]
    slices = cut(
        [
            Polled("a", 0, Span(0, 2), a0),
            Polled("b", 0, Span(0, 1), b0),
            Polled("a", 1, Span(0, 1), a1),
        ],
        assignment=3,
    )
    assert [(s.partition, s.assignment) for s in slices] == [(0, 3), (1, 3)]
    assert list(slices[0].records) == [a0[0], b0[0], a0[1]]
    assert slices[0].spans == {"a": Span(0, 2), "b": Span(0, 1)}


def test_records_of_a_topic_keep_the_order_of_their_offsets_whatever_their_time() -> None:
    backwards = [One("a", 0, 0, 30), One("a", 0, 1, 10)]
    other = [One("b", 0, 0, 20)]
    [piece] = cut([Polled("a", 0, Span(0, 2), backwards), Polled("b", 0, Span(0, 1), other)], 1)
    assert [r.offset for r in piece.records if r.topic == "a"] == [0, 1]


def test_a_slice_may_move_a_position_without_a_record() -> None:
    [piece] = cut([Polled("a", 0, Span(7, 9), [])], 1)
    assert list(piece.records) == []
    follow({"a": 7}, piece.spans)


@pytest.mark.parametrize("start", [4, 6])
def test_a_slice_that_repeats_or_skips_is_found(start: int) -> None:
    follow({"a": 5, "b": 0}, {"a": Span(5, 8)})
    with pytest.raises(Discontinuity) as found:
        follow({"a": 5}, {"a": Span(start, 8)})
    assert (found.value.topic, found.value.expected, found.value.start) == ("a", 5, start)


def test_a_topic_without_a_position_is_found() -> None:
    with pytest.raises(Discontinuity):
        follow({}, {"a": Span(0, 1)})


def test_credits_are_counted_for_each_partition_number() -> None:
    tally = Credits([0, 1], limit=2)
    tally.take(0)
    tally.take(0)
    assert tally.with_room() == {1}
    tally.give_back(0)
    assert tally.with_room() == {0, 1}
    tally.give_back(0)
    with pytest.raises(ValueError, match="twice"):
        tally.give_back(0)
