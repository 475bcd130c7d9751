"""Alignment: what is released when, in which order, and with which positions.

Topics are a, b and c, in the order that decides ties. A poll is written as topic, first
offset, timestamps, and the end of the topic as the broker gave it (None: not known).
"""

from __future__ import annotations

import pytest

from tests.transport.aligned import BOUNDS, partition_group, released, state
from tests.transport.records import polled

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
