"""A histogram counts what fell where."""

from __future__ import annotations

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from streams.measures.histogram import Histogram

BOUNDS = (0.01, 0.1, 1.0)


def test_a_bound_belongs_to_its_bucket() -> None:
    buckets = Histogram(BOUNDS)
    for value in (0.0, 0.01, 0.011, 1.0, 1.1):
        buckets.observe(value)
    assert buckets.counts == [2, 1, 1, 1]
    assert buckets.cumulative() == [("0.01", 2), ("0.1", 3), ("1", 4), ("+Inf", 5)]
    assert round(buckets.sum, 3) == 2.121


@given(st.lists(st.floats(0, 2)))
def test_it_counts_as_a_sorted_list_does(values: list[float]) -> None:
    buckets = Histogram(BOUNDS)
    for value in values:
        buckets.observe(value)
    ranked = sorted(values)
    expected = [float(bisect_right(ranked, bound)) for bound in BOUNDS]
    assert [count for _, count in buckets.cumulative()] == [*expected, float(len(values))]
    assert buckets.count == len(values)
