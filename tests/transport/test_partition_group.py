"""Alignment: what is released when, in which order, and with which positions.

Topics are a, b and c, in the order that decides ties. A poll is written as topic, first
offset, timestamps, and the end of the topic as the broker gave it (None: not known).
"""

from __future__ import annotations

import pytest

from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import Discontinuity, OffsetSpan, PollBatch, Polled
from streams.transport.fetch.record_queue import Room, weight
from tests.transport.records import One, polled

BOUNDS = AlignmentBounds(records=300, bytes=1 << 20, seconds=10.0)


def partition_group(
    *parts: Polled, topics: str = "ab", bounds: AlignmentBounds = BOUNDS
) -> PartitionGroup:
    one = PartitionGroup(0, 1, list(topics), bounds)
    for part in parts:
        one.add(part)
    return one


def released(one: PartitionGroup) -> list[str]:
    """What comes out now, as topic and offset."""
    poll_batch = one.release()
    return [] if poll_batch is None else [f"{r.topic}{r.offset}" for r in poll_batch.records]


def state(one: PartitionGroup) -> str:
    words = ["ready" if one.ready else "", "holding back" if one.waiting else ""]
    return " and ".join(filter(None, words)) or "empty"


def spans(poll_batch: PollBatch | None) -> dict[str, tuple[int, int]]:
    assert poll_batch is not None
    return {topic: (span.start, span.end) for topic, span in poll_batch.spans.items()}


# Order.


def test_topics_are_merged_by_time() -> None:
    """
    a   0@10       1@30
    b        0@20
    """
    one = partition_group(
        polled("a", 0, [10, 30], stable_end=2), polled("b", 0, [20], stable_end=1)
    )
    assert released(one) == ["a0", "b0", "a1"]


def test_equal_times_go_by_the_order_of_topics() -> None:
    one = partition_group(
        polled("b", 0, [10, 20], stable_end=2),
        polled("c", 0, [10, 10], stable_end=2),
        polled("a", 0, [10, 20], stable_end=2),
        topics="abc",
    )
    assert released(one) == ["a0", "b0", "c0", "c1", "a1", "b1"]


def test_records_of_a_topic_keep_the_order_of_their_offsets_whatever_their_time() -> None:
    one = partition_group(
        polled("a", 0, [30, 10, 40], stable_end=3), polled("b", 0, [20, 35], stable_end=2)
    )
    assert released(one) == ["b0", "a0", "a1", "b1", "a2"]


def test_a_time_that_goes_back_from_one_poll_to_the_next_keeps_its_place() -> None:
    one = partition_group(
        polled("a", 0, [30], stable_end=2), polled("b", 0, [20, 35], stable_end=2)
    )
    one.add(polled("a", 1, [10], stable_end=2))
    assert released(one) == ["b0", "a0", "a1", "b1"]


def test_one_topic_alone_is_released_as_it_came() -> None:
    part = polled("a", 0, [5, 4, 6], stable_end=3)
    poll_batch = partition_group(part, polled("b", 0, [], stable_end=0)).release()
    assert poll_batch is not None
    assert list(poll_batch.records) == list(part.records)
    assert (poll_batch.partition, poll_batch.assignment) == (0, 1)


# Waiting.


def test_a_topic_at_its_end_is_not_waited_for() -> None:
    one = partition_group(polled("a", 0, [10], stable_end=1), polled("b", 7, [], stable_end=7))
    assert state(one) == "ready"
    assert released(one) == ["a0"]


def test_an_end_behind_the_position_is_the_end() -> None:
    """The broker answered before the position was set again."""
    one = partition_group(polled("a", 0, [10], stable_end=1), polled("b", 7, [], stable_end=5))
    assert released(one) == ["a0"]


def test_a_topic_with_more_to_come_is_waited_for() -> None:
    one = partition_group(polled("a", 0, [10], stable_end=1), polled("b", 7, [], stable_end=8))
    assert state(one) == "holding back"
    assert one.release() is None
    one.add(polled("b", 7, [9], stable_end=8))
    assert state(one) == "ready"
    assert released(one) == ["b7", "a0"]


def test_a_topic_of_which_nothing_is_known_is_waited_for() -> None:
    one = partition_group(polled("a", 0, [10], stable_end=1))
    assert one.release() is None
    one.add(polled("b", 0, [], stable_end=None))
    assert one.release() is None
    one.add(polled("b", 0, [], stable_end=0))
    assert released(one) == ["a0"]


def test_what_comes_after_the_last_of_a_lagging_topic_waits_for_its_next() -> None:
    """
    a   0@10       1@30  2@50     at its end
    b        0@20                 more to come
    """
    one = partition_group(
        polled("a", 0, [10, 30, 50], stable_end=3), polled("b", 0, [20], stable_end=3)
    )
    assert released(one) == ["a0", "b0"]
    assert released(one) == []
    one.add(polled("b", 1, [40], stable_end=3))
    assert released(one) == ["a1", "b1"]
    one.add(polled("b", 2, [60], stable_end=3))
    assert released(one) == ["a2", "b2"]


@pytest.mark.parametrize(("lagging", "out"), [("a", ["a0"]), ("b", ["a0", "b0"])])
def test_at_equal_times_only_what_comes_first_goes_with_the_last_of_a_lagging_topic(
    lagging: str, out: list[str]
) -> None:
    ends = {"a": 1, "b": 1, lagging: 2}
    one = partition_group(
        polled("a", 0, [10], stable_end=ends["a"]), polled("b", 0, [10], stable_end=ends["b"])
    )
    assert released(one) == out


def test_waiting_for_none_merges_what_is_there() -> None:
    off = BOUNDS._replace(seconds=0)
    one = partition_group(polled("a", 0, [10, 30], stable_end=9), topics="abc", bounds=off)
    one.add(polled("b", 0, [20], stable_end=9))
    assert state(one) == "ready"
    assert released(one) == ["a0", "b0", "a1"]
    assert one.overdue(1e9) == []


# Waiting is bounded.


def test_a_topic_is_left_out_after_so_long_and_named_once() -> None:
    one = partition_group(polled("a", 0, [10, 20], stable_end=2), polled("b", 0, [], stable_end=5))
    assert one.overdue(100.0) == []
    assert one.overdue(109.9) == []
    assert state(one) == "holding back"
    assert one.overdue(110.0) == ["b"]
    assert one.overdue(111.0) == []
    assert released(one) == ["a0", "a1"]
    one.add(polled("a", 2, [30], stable_end=3))
    assert one.overdue(500.0) == []
    assert released(one) == ["a2"]


def test_a_topic_that_was_left_out_and_delivers_is_waited_for_again() -> None:
    one = partition_group(polled("a", 0, [10], stable_end=1), polled("b", 0, [], stable_end=5))
    one.overdue(0.0)
    assert one.overdue(10.0) == ["b"]
    one.add(polled("b", 0, [5], stable_end=5))
    assert released(one) == ["b0"]
    assert one.overdue(11.0) == []
    assert one.release() is None
    assert one.overdue(20.9) == []
    assert one.overdue(21.0) == ["b"]


def test_a_topic_that_was_left_out_and_reached_its_end_is_waited_for_when_it_lags_again() -> None:
    one = partition_group(polled("a", 0, [10], stable_end=1), polled("b", 0, [], stable_end=5))
    one.overdue(0.0)
    assert one.overdue(10.0) == ["b"]
    one.add(polled("b", 0, [], end=5, stable_end=5))
    one.add(polled("b", 5, [], stable_end=6))
    assert state(one) == "ready and holding back"


def test_time_counts_only_while_something_waits() -> None:
    one = partition_group(polled("b", 0, [], stable_end=5))
    assert one.overdue(0.0) == []
    one.add(polled("a", 0, [10], stable_end=1))
    assert one.overdue(100.0) == []
    assert one.overdue(109.0) == []
    assert one.overdue(110.0) == ["b"]


def test_each_topic_has_its_own_time() -> None:
    one = partition_group(
        polled("a", 0, [10], stable_end=1),
        polled("b", 0, [], stable_end=5),
        polled("c", 0, [], stable_end=0),
        topics="abc",
    )
    one.overdue(0.0)
    one.add(polled("c", 0, [], stable_end=1))
    assert one.overdue(5.0) == []
    assert one.overdue(10.0) == ["b"]
    assert one.overdue(15.0) == ["c"]


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
