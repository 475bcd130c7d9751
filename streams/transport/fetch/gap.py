"""How far apart fetches are: the busier the process, the farther.

What a fetch brings is judged, published and committed by itself, which costs more than the events in
it. So a process that has little of its core left fetches less often, and more at once: each
event then waits a little for its fetch, and no longer for everything that others have fetched.
"""

from __future__ import annotations

from typing import Final

from streams.measures.core_share import CoreShare

LONGEST_S: Final = 0.02
"""Between two fetches of a process that is hard pressed."""


class FetchGap:
    """The time between two fetches of one process, by the processor time that it takes."""

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._core = CoreShare()

    def between(self, now: float) -> float:
        """Seconds from a fetch at `now` (`time.monotonic`) to the next one."""
        return self._least_s + (LONGEST_S - self._least_s) * self._core.strain(now)
