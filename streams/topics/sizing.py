"""How many partitions and workers, how much memory and disk, and how long a restore takes.

Arithmetic over what was measured (`measured.py`) and over the bounds in the settings
(docs/operations.md, "Memory"). What nobody measured is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import measured

LOAD: Final = 0.5
"""The part of a worker's measured rate that is planned with: the rest catches up after a stop."""

WORKERS_MIN: Final = 2
"""One takes over while the other starts."""

PARTITIONS_A_WORKER: Final = 3
"""Room to grow: more partitions later are another generation of all topics."""

PARTITIONS_STEP: Final = 12
"""Divides evenly among 2, 3, 4 and 6 workers."""

PARTITIONS_MAX: Final = 1_000
"""As the setting `partitions` has it."""

BASE_BYTES: Final = 120_000_000
FETCH_BYTES: Final = 262_144
ALLOWANCE: Final = 1.25
"""All three: docs/operations.md, "Memory"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be judged, and kept."""

    events_per_s: float
    """At the busiest time, all inputs together."""

    persons: int
    events_per_person: float
    """Kept at one time: what left by P20 and P26 does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What that takes. Bytes and seconds are those of one worker."""

    partitions: int
    workers: int
    rows: int
    """In the changelog, all partitions."""

    memory_bytes: int
    disk_bytes: int
    """0 with rows in memory."""

    restore_s: float
    """With nothing kept on disk: by all workers side by side."""


def size(demand: Demand, settings: Settings, workers: int | None = None) -> Size:
    """What a demand takes with these settings; `workers` where more than the fewest are wanted.

    Raises ConsentryError for more partitions than there may be.
    """
    on_disk = settings.store == "rocksdb"
    rate = measured.EVENTS_ON_DISK if on_disk else measured.EVENTS_IN_MEMORY
    fewest = max(WORKERS_MIN, math.ceil(demand.events_per_s / (rate.value * LOAD)))
    count = max(fewest, workers or 0)
    partitions = PARTITIONS_STEP * math.ceil(count * PARTITIONS_A_WORKER / PARTITIONS_STEP)
    if partitions > PARTITIONS_MAX:
        raise ConsentryError(
            f"that takes {count} workers and {partitions} partitions, and there may be at most "
            f"{PARTITIONS_MAX}",
            "Divide the bus, for example by controller: each part is an installation of its own.",
        )
    rows = math.ceil(demand.persons * demand.events_per_person * measured.ROWS_AN_EVENT.value)
    # Partitions go round whole: the worker with most has so many.
    most = math.ceil(partitions / count)
    share = math.ceil(rows * most / partitions)
    bounded = (
        BASE_BYTES
        + settings.in_flight_max_bytes
        + settings.live_subjects_max_bytes
        + 2 * len(settings.topics.judged) * most * FETCH_BYTES
    )
    memory: float
    if on_disk:
        memory, disk = bounded + settings.store_cache_bytes, share * measured.DISK_A_ROW.value
        restored = measured.RESTORED_TO_DISK.value
    else:
        memory, disk = bounded + share * measured.MEMORY_A_ROW.value, 0.0
        restored = measured.RESTORED_TO_MEMORY.value
    return Size(
        partitions=partitions,
        workers=count,
        rows=rows,
        memory_bytes=math.ceil(memory * ALLOWANCE),
        disk_bytes=math.ceil(disk),
        restore_s=share / restored,
    )
