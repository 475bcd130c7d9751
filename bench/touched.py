"""The memory of the machine is touched once before anything is measured.

A virtual machine gets a page from its host when it is first touched: 2.6 µs where it was measured
(docs/adr/0234), a third of what a worker takes for an event. The one that runs first would pay for all
who come after.
"""

from __future__ import annotations

import mmap
from typing import Final

import psutil

SHARE: Final = 0.75
"""Of what is available: what is left is for the files that are in use."""


def touch_memory(share: float = SHARE) -> int:
    """Touch so much of the memory that is available, and give it back. Returns bytes."""
    size = max(mmap.PAGESIZE, int(psutil.virtual_memory().available * share))
    with mmap.mmap(-1, size) as pages:
        for at in range(0, size, mmap.PAGESIZE):
            pages[at] = 1
    return size
