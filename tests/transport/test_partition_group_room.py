"""Alignment: how far positions move, and how much a topic may hold back."""

from __future__ import annotations

import pytest

from streams.transport.fetch.partition_group import AlignmentBounds
from streams.transport.fetch.poll_batch import Discontinuity, OffsetSpan, Polled
from streams.transport.fetch.record_queue import Room
from streams.transport.fetch.weight import weight
from tests.transport.aligned import BOUNDS, partition_group, released, spans, state
from tests.transport.records import One, polled

# Positions.


def test_a_span_ends_behind_its_last_record_while_more_is_there_and_else_where_the_poll_does() -> (
    None
):
    """Offsets 0 and 1, then a transaction marker at 2."""
    one = partition_group(
        polled("a", 0, [10, 30], end=3, stable_end=3), polled("b", 0, [20], stable_end=2)
    )
    assert spans(one.release()) == {"a": (0, 1), "b": (0, 1)}
    one.add(polled("b", 1, [40], stable_end=2))
    assert spans(one.release()) == {"a": (1, 3), "b": (1, 2)}


def test_positions_without_a_record_move_whatever_is_awaited() -> None:
    one = partition_group(
        polled("a", 0, [10], stable_end=1),
        polled("b", 0, [], stable_end=5),
        polled("c", 3, [], end=4, stable_end=4),
        topics="abc",
    )
    assert state(one) == "ready and holding back"
    assert spans(one.release()) == {"c": (3, 4)}
    assert state(one) == "holding back"
    assert one.release() is None


def test_positions_behind_a_waiting_record_wait_with_it() -> None:
    one = partition_group(
        polled("a", 0, [10], end=2, stable_end=4), polled("b", 0, [], stable_end=5)
    )
    one.add(polled("a", 2, [], end=4, stable_end=4))
    assert one.release() is None
    one.add(polled("b", 0, [9], stable_end=1, end=1))
    assert spans(one.release()) == {"a": (0, 4), "b": (0, 1)}


def test_an_answer_without_news_moves_nothing() -> None:
    one = partition_group(polled("a", 5, [], stable_end=5), polled("b", 0, [], stable_end=0))
    assert state(one) == "empty"
    assert one.release() is None


@pytest.mark.parametrize("start", [1, 3])
def test_a_poll_that_repeats_or_skips_is_found(start: int) -> None:
    one = partition_group(polled("a", 0, [10, 20], stable_end=9))
    with pytest.raises(Discontinuity) as found:
        one.add(polled("a", start, [30], stable_end=9))
    assert (found.value.topic, found.value.expected, found.value.start) == ("a", 2, start)


# Bounds.


def test_a_topic_has_room_until_its_share_is_used_and_again_when_it_is_released() -> None:
    small = BOUNDS._replace(records=4)
    one = partition_group(polled("b", 0, [], stable_end=1), bounds=small)
    assert one.room() == {"a": Room(2, 1 << 19), "b": Room(2, 1 << 19)}
    one.add(polled("a", 0, [1], stable_end=9))
    assert one.room()["a"].records == 1
    one.add(polled("a", 1, [2], stable_end=9))
    assert set(one.room()) == {"b"}
    one.add(polled("b", 0, [], end=1, stable_end=1))
    assert released(one) == ["a0", "a1"]
    assert set(one.room()) == {"a", "b"}


def test_bytes_of_keys_values_and_headers_fill_a_share_too() -> None:
    record = One("a", 0, 0, 1, b"12", b"345", (("h", b"45"), ("i", None)))
    assert weight([record, One("a", 0, 1, 1)]) == 9
    one = partition_group(bounds=BOUNDS._replace(bytes=18), topics="ab")
    one.add(Polled("a", 0, OffsetSpan(0, 1), [record], 3))
    assert set(one.room()) == {"b"}
    assert Room(2, 9).filled_by([record])
    assert not Room(2, 10).filled_by([record])
    assert Room(1, 10).filled_by([record])
    one.add(polled("b", 0, [0, 1], stable_end=3))
    assert released(one) == ["b0", "a0"]
    assert one.room()["a"] == Room(150, 9)


def test_bytes_come_back_with_the_records_that_leave() -> None:
    records = [One("a", 0, at, at, None, bytes(10 * (at + 1))) for at in range(3)]
    one = partition_group(bounds=BOUNDS._replace(bytes=200))
    one.add(Polled("a", 0, OffsetSpan(0, 3), records, 3))
    one.add(polled("b", 0, [1], stable_end=2))
    assert one.room()["a"].bytes == 40
    assert released(one) == ["a0", "a1", "b0"]
    assert one.room()["a"].bytes == 70


def test_a_slice_is_bounded_and_the_rest_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("fetch.partition_group", "fetch.record_queue"):
        monkeypatch.setattr(f"streams.transport.{module}.SLICE_RECORDS", 2)
    one = partition_group(
        polled("a", 0, [10, 10, 10, 20, 40], stable_end=5), polled("b", 0, [10, 30], stable_end=2)
    )
    assert released(one) == ["a0", "a1"]
    assert released(one) == ["a2", "b0", "a3"]
    assert released(one) == ["b1", "a4"]
    assert one.release() is None


def test_a_group_is_full_where_a_topic_has_what_a_poll_batch_takes_or_may_not_have_more() -> None:
    few = partition_group(
        polled("a", 0, [1, 2], stable_end=9),
        bounds=AlignmentBounds(records=6, bytes=10_000, seconds=1.0),
    )
    before = few.full
    few.add(polled("b", 0, [1, 2, 3], stable_end=9))
    assert (before, few.full) == (False, True)
    part = Polled("a", 0, OffsetSpan(0, 1), [One("a", 0, 0, 5, b"key", b"value")], 9)
    for share, full in ((weight(part.records), True), (weight(part.records) + 1, False)):
        bounds = AlignmentBounds(records=600, bytes=2 * share, seconds=1.0)
        assert partition_group(part, bounds=bounds).full is full
