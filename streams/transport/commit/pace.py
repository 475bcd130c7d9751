"""How soon the next transaction may begin: often enough to be quick, and no oftener.

A transaction costs some 0.7 ms of a core, whatever is in it. With one record after the other each
partition number would commit without a pause, and a worker of twelve would spend half of a core
on transactions while little comes in. So the transactions of a worker are counted together: the
more partition numbers have something to commit, the longer each of them waits for its next turn,
and what comes meanwhile goes into the same transaction. One that has not committed for a while
never waits.
"""

from __future__ import annotations

from typing import Final

PER_SECOND: Final = 300.0
"""Transactions of a worker in a second, over more than a moment: about a fifth of a core."""

PER_PARTITION: Final = 4.0
"""The same of each partition number at least, however many there are."""

AT_ONCE: Final = 16
"""So many may begin at one moment, or one of each partition number: ticks come to all at once."""


class TransactionPace:
    """Turns for the committers of one worker, in the order in which they ask."""

    def __init__(self) -> None:
        self.partitions = 1
        """How many partition numbers the worker owns."""
        self._free_at = 0.0
        """When a turn would be free if none were given at once."""

    def turn(self, now: float) -> float:
        """Take the next turn; how many seconds from `now` it comes. Times are monotonic."""
        between = 1 / max(PER_SECOND, PER_PARTITION * self.partitions)
        at_once = between * max(AT_ONCE, self.partitions)
        self._free_at = max(self._free_at, now) + between
        return max(0.0, self._free_at - at_once - now)
