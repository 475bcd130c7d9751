"""How much of one core this process has taken lately."""

from __future__ import annotations

import time
from typing import Final

WINDOW_S: Final = 0.1
"""How long a share is taken over."""

LATEST: Final = 0.2
"""What the latest share counts for beside those before."""

EASY: Final = 0.65
"""The share up to which nothing of a process need wait for the rest of it."""

HARD: Final = 0.85
"""From here on all that can wait does: there is too little left for what others wait for."""


class CoreShare:
    """The processor time of this process, of all its threads, by the clock."""

    def __init__(self) -> None:
        self._share = 0.0
        self._at = time.monotonic()
        self._used_s = time.process_time()

    def at(self, now: float) -> float:
        """The share until `now` (`time.monotonic`), 1 for a whole core; of more cores it is more."""
        passed = now - self._at
        if passed >= WINDOW_S:
            used_s = time.process_time()
            self._share += ((used_s - self._used_s) / passed - self._share) * LATEST
            self._at, self._used_s = now, used_s
        return self._share

    def strain(self, now: float) -> float:
        """How far it is from easy to hard: 0 up to the one, 1 from the other on."""
        return min(1.0, max(0.0, (self.at(now) - EASY) / (HARD - EASY)))
