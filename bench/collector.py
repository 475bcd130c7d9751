"""Python's memory as a worker has it, for what is measured in this process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from streams.cli.garbage import settle_collector
from streams.native.arenas import arenas_in_huge_pages


@contextmanager
def as_in_a_worker() -> Iterator[None]:
    """Thresholds of the worker's collector within the block, and its pages from here on.

    With CPython's own, live subjects are walked again and again: 60,000 of them make an event a
    third dearer than it is in a worker.
    """
    arenas_in_huge_pages()
    before = gc.get_threshold()
    settle_collector()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
