"""Poll batches: continuous by position, bounded in number."""

from __future__ import annotations

import pytest

from streams.transport.fetch.poll_batch import Discontinuity, InFlightLimit, OffsetSpan, follow


@pytest.mark.parametrize("start", [4, 6])
def test_a_slice_that_repeats_or_skips_is_found(start: int) -> None:
    follow({"a": 5, "b": 0}, {"a": OffsetSpan(5, 8)})
    with pytest.raises(Discontinuity) as found:
        follow({"a": 5}, {"a": OffsetSpan(start, 8)})
    assert (found.value.topic, found.value.expected, found.value.start) == ("a", 5, start)


def test_a_topic_without_a_position_is_found() -> None:
    with pytest.raises(Discontinuity):
        follow({}, {"a": OffsetSpan(0, 1)})


def test_room_is_counted_for_each_partition_number() -> None:
    open_batches = InFlightLimit([0, 1], limit=2)
    open_batches.take(0)
    open_batches.take(0)
    assert open_batches.with_room() == {1}
    open_batches.give_back(0)
    assert open_batches.with_room() == {0, 1}
    open_batches.give_back(0)
    with pytest.raises(ValueError, match="twice"):
        open_batches.give_back(0)
