"""What became of the updates of one sink, so that nothing is lost uncounted."""

from __future__ import annotations

import msgspec

from streams.measures.histogram import Histogram
from streams.sinks.contract import DeliveryStatus

DELAY_BOUNDS_S = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0,
    86400.0,
)  # fmt: skip


class SinkCounts(msgspec.Struct):
    """Counts of one sink since the process started.

    `read` records end as `delivered`, `duplicate` (the receiver had it), `dead_lettered`,
    `passed_over` (what this sink does not take, or what a catch-up need not deliver), `removed`
    (a tombstone: the receiver deleted what it had of a person who left), `not_removable` (a
    tombstone, and this kind of receiver deletes nothing), or `returned` (given up unsettled in a rebalance or a stop; the next consumer
    reads it again); the rest is `pending`. `attempts` and `failures` count requests.
    """

    read: int = 0
    delivered: int = 0
    duplicate: int = 0
    dead_lettered: int = 0
    passed_over: int = 0
    removed: int = 0
    not_removable: int = 0
    returned: int = 0
    attempts: int = 0
    failures: int = 0
    retried: int = 0

    @property
    def pending(self) -> int:
        """Read, and nothing of the other ends yet."""
        return self.read - (
            self.delivered
            + self.duplicate
            + self.dead_lettered
            + self.passed_over
            + self.removed
            + self.not_removable
            + self.returned
        )

    def settled(self, verdict: DeliveryStatus, *, removal: bool = False) -> None:
        """The receiver answered for an update, or for a removal."""
        match verdict:
            case DeliveryStatus.DELIVERED | DeliveryStatus.DUPLICATE if removal:
                self.removed += 1
            case DeliveryStatus.DELIVERED:
                self.delivered += 1
            case DeliveryStatus.DUPLICATE:
                self.duplicate += 1
            case DeliveryStatus.RETRY:
                self.retried += 1
            case DeliveryStatus.REJECTED:
                self.dead_lettered += 1


class SinkStats:
    """Counts, and how long updates took from their record's timestamp to the receiver."""

    def __init__(self) -> None:
        self.counts = SinkCounts()
        self.delays = Histogram(DELAY_BOUNDS_S)
        self.latest_s = 0.0
        """When the receiver last took something, seconds since the epoch; 0: not yet."""
