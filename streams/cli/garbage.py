"""CPython's search for garbage in cycles, where millions of objects stay and hold no cycles.

Its third generation is the trouble: who is live stays for weeks, and a look at all of them takes
a second for every 70,000 persons, in which records wait. So only what is young is looked at, and
what has stayed is set aside every few seconds, where the collector does not come. Cycles are made
around connections and failed requests, a few a second at worst, and nearly all of them are garbage
before they are set aside. For those that are not, there is a full look when nothing comes in anyway.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Final

COLLECT_EVERY: Final = (2_000, 2, 2**31 - 1)
"""Thresholds of the collector's generations; CPython's own are 700, 10, 10.

Records wait for each look: one at the second generation, of 6,000 objects, takes some 6 ms. The
third is never looked at by itself.
"""

SET_ASIDE_S: Final = 5.0
"""How often what has stayed is set aside."""

QUIET_S: Final = 60.0
"""After so long without a record a full look disturbs nobody."""

LOOK_AGAIN_S: Final = 3_600.0
"""The least time between two full looks."""


def settle_collector() -> None:
    """Look at what is young only; what is there stays."""
    set_aside()
    gc.set_threshold(*COLLECT_EVERY)


def set_aside() -> None:
    """Take what is there out of all looks but a full one; what is young and garbage goes first."""
    gc.collect(1)
    gc.freeze()


def look_at_all() -> int:
    """Look at everything, what was set aside too; how many objects were garbage."""
    gc.unfreeze()
    found = gc.collect()
    gc.freeze()
    return found


class Housekeeping:
    """Sets aside while records come, and looks at all when none have come for a while."""

    def __init__(
        self, latest_record: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`latest_record` is when a record of an input was judged last, by `clock`, in seconds."""
        self._latest_record = latest_record
        self._clock = clock
        self._looked_at = clock()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.sleep(SET_ASIDE_S)
            self.tidy()

    def tidy(self) -> None:
        """What is due now."""
        now = self._clock()
        if now - self._latest_record() >= QUIET_S and now - self._looked_at >= LOOK_AGAIN_S:
            look_at_all()
            self._looked_at = now
        else:
            set_aside()
