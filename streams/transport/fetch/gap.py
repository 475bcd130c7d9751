"""How far apart fetches are: the busier the process, the farther.

What a fetch brings is judged, published and committed by itself, which costs more than the events in
it. So a process that has little of its core left fetches less often, and more at once: each
event then waits a little for its fetch, and no longer for everything that others have fetched.
"""

from __future__ import annotations

import time
from typing import Final

EASY: Final = 0.65
"""The share of a core up to which fetches are as close as they may be."""

HARD: Final = 0.85
"""From here on they are as far apart as they may be."""

LONGEST_S: Final = 0.02
WINDOW_S: Final = 0.1
"""How long a share is taken over."""

LATEST: Final = 0.2
"""What the latest share counts for beside those before."""


class FetchGap:
    """The time between two fetches of one process, by the processor time that it takes."""

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._busy = 0.0
        self._at = time.monotonic()
        self._used_s = time.process_time()

    def between(self, now: float) -> float:
        """Seconds from a fetch at `now` (`time.monotonic`) to the next one."""
        passed = now - self._at
        if passed >= WINDOW_S:
            used_s = time.process_time()
            self._busy += ((used_s - self._used_s) / passed - self._busy) * LATEST
            self._at, self._used_s = now, used_s
        share = (self._busy - EASY) / (HARD - EASY)
        return self._least_s + (LONGEST_S - self._least_s) * min(1.0, max(0.0, share))
