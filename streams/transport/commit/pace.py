"""How soon the next transaction may begin: often enough to be quick, and no oftener.

A transaction costs some 0.7 ms of a core, whatever is in it. With one record after the other each
partition number would commit without a pause, and a worker of twelve would spend half of a core
on transactions while little comes in. So the transactions of a worker are counted together: the
more partition numbers have something to commit, the longer each of them waits for its next turn,
and what comes meanwhile goes into the same transaction. One that has not committed for a while
never waits.

Where a transaction takes long, each partition number pauses by itself too: those that are open at
the same time slow each other down, in this process and at the broker.
"""

from __future__ import annotations

from typing import Final

PER_SECOND: Final = 300.0
"""Transactions of a worker in a second, over more than a moment: about a fifth of a core."""

PER_PARTITION: Final = 4.0
"""The same of each partition number at least, however many there are."""

AT_ONCE: Final = 16
"""So many may begin at one moment, or one of each partition number: ticks come to all at once."""

OPEN_SHARE: Final = 0.5
"""How much of the time a partition number may have a transaction open."""

LATEST: Final = 0.3
"""What the latest transaction counts for in how long one takes, beside those before."""

LONGEST_PAUSE_S: Final = 0.08
"""The most, however long transactions take: a broker that was away is not waited for afterwards."""


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


class OwnPause:
    """When one partition number may begin again: its transactions leave half of its time free."""

    def __init__(self) -> None:
        self._takes_s = 0.0
        """How long a transaction takes, lately."""
        self._free_at = 0.0

    def took(self, began: float, ended: float) -> None:
        """A transaction committed. Times are monotonic."""
        self._takes_s += (ended - began - self._takes_s) * LATEST
        pause = self._takes_s * (1 / OPEN_SHARE - 1)
        self._free_at = ended + min(pause, LONGEST_PAUSE_S)

    def left_s(self, now: float) -> float:
        """How many seconds from `now` the next one may begin."""
        return max(0.0, self._free_at - now)
