"""How the bytes that a worker may hold are shared among the partition numbers it owns.

Half is for what is read and not yet committed, half for what is to be written: even
shares, so that one busy partition cannot starve another. docs/operations.md has the
formula. Shares follow the assignment; none falls below what makes progress.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.partition_group import AlignmentBounds
from streams.transport.fetch.record_queue import RECORD_BYTES

_LEAST: Final = 65_536


class MemoryBudget(NamedTuple):
    """The bounds of one partition number of a worker."""

    alignment: AlignmentBounds
    open_bytes: int
    transaction: Bounds


def shares(settings: Settings, owned: int) -> MemoryBudget:
    """The bounds for each of so many partition numbers.

    A poll batch takes at most what is aligned, and is handed on while those that are open
    take less than a third: so reading holds at most its half, beside the last fetch.
    Of the other half a batch that was judged, the queue, a transaction and the client's
    copy of it take a quarter each.
    """
    half = settings.in_flight_max_bytes // (2 * max(1, owned))
    aligned = max(_LEAST, half // 6)
    return MemoryBudget(
        alignment=AlignmentBounds(
            min(settings.alignment_max_records, aligned // RECORD_BYTES),
            min(settings.alignment_max_bytes, aligned),
            settings.alignment_max_wait_s,
        ),
        open_bytes=max(_LEAST, half // 3),
        transaction=Bounds(
            settings.transaction_max_records,
            min(settings.transaction_max_bytes, max(_LEAST, half // 4)),
            settings.transaction_timeout_s,
        ),
    )
