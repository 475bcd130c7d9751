"""What the transport of this process has done since it started."""

from __future__ import annotations

from typing import Final

from streams.measures.histogram import Histogram

COMMIT_BOUNDS_S: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""A commit takes 5 to 30 ms, and at most the 20 s of its timeout."""


class TransportStats:
    """Counted once a transaction and once a restore, over all partitions held so far.

    `records` and `bytes` are those of committed transactions, progress rows left out.
    `commits` are their durations in seconds. `restored_rows` were read from the changelog
    in `restored_s` seconds.
    """

    __slots__ = ("bytes", "commits", "records", "restored_rows", "restored_s", "restores")

    def __init__(self) -> None:
        self.commits = Histogram(COMMIT_BOUNDS_S)
        self.records = 0
        self.bytes = 0
        self.restores = 0
        self.restored_rows = 0
        self.restored_s = 0.0

    def committed(self, records: int, size: int, seconds: float) -> None:
        """A transaction committed."""
        self.commits.observe(seconds)
        self.records += records
        self.bytes += size

    def restored(self, rows: int, seconds: float) -> None:
        """Partitions were taken over."""
        self.restores += 1
        self.restored_rows += rows
        self.restored_s += seconds
