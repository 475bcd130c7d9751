"""What was measured that sizes follow from; no figure here was guessed.

Each stands in a run of `make bench` that is kept, and `tests/topics/test_sizing.py` takes it
from there again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RUN: Final = "bench/results/2026-11-30T173942Z.jsonl"
"""On one core of an AMD EPYC for the worker, its broker on the same machine; docs/performance.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: the median over the rounds of `section` and `who` in `RUN`."""

    value: float
    unit: str
    what: str
    section: str
    who: str

    @property
    def source(self) -> str:
        """Where it stands."""
        return f"{RUN}, {self.section}, {self.who}"


EVENTS_IN_MEMORY: Final = Figure(
    value=76_538,
    unit="events/s",
    what="one worker, rows in memory",
    section="throughput",
    who="consentry",
)
EVENTS_ON_DISK: Final = Figure(
    value=49_287.6,
    unit="events/s",
    what="one worker, rows in RocksDB",
    section="throughput",
    who="consentry-disk",
)
ROWS_AN_EVENT: Final = Figure(
    value=1.00411,
    unit="rows",
    what="rows in the changelog for each event that arrives on time",
    section="throughput",
    who="consentry",
)
DISK_A_ROW: Final = Figure(
    value=91.17706,
    unit="bytes",
    what="on disk for each row of RocksDB: 10 million consents, compressed and merged",
    section="state",
    who="subjects-10000000",
)
MEMORY_A_ROW: Final = Figure(
    value=609.3457,
    unit="bytes",
    what="of the process for each row in memory, consents and purchases, just restored",
    section="restore",
    who="changelog",
)
RESTORED_TO_MEMORY: Final = Figure(
    value=681_560,
    unit="rows/s",
    what="read from the changelog into memory, by one worker",
    section="restore",
    who="changelog",
)
RESTORED_TO_DISK: Final = Figure(
    value=508_833,
    unit="rows/s",
    what="read from the changelog into an empty folder, by one worker",
    section="restore",
    who="changelog-disk",
)

FIGURES: Final = (
    EVENTS_IN_MEMORY,
    EVENTS_ON_DISK,
    ROWS_AN_EVENT,
    DISK_A_ROW,
    MEMORY_A_ROW,
    RESTORED_TO_MEMORY,
    RESTORED_TO_DISK,
)
