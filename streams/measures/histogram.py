"""A histogram that costs one bisection per observation; the exporter reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """How many values fell into each bucket, and their sum.

    `bounds` are inclusive upper bounds, rising, in the unit of the values; what lies above
    the last one falls into a bucket of its own, the last of `counts`.
    """

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)

    def cumulative(self) -> list[tuple[str, float]]:
        """Pairs of upper bound and how many values were at or below it; the last is `+Inf`."""
        pairs, total = [], 0
        for bound, count in zip((*self.bounds, None), self.counts, strict=True):
            total += count
            pairs.append(("+Inf" if bound is None else f"{bound:g}", float(total)))
        return pairs
