"""What an ingest service says of itself: the body that `/live` and `/ready` answer with."""

from __future__ import annotations

import msgspec


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One source, since the process started: how its records ended, and what waits.

    `lag` counts offsets that this instance has not read yet, None while an end is unknown.
    """

    partitions: int
    lag: int | None
    records: int
    mapped: int
    ignored: int
    rejected: int
    tombstones: int
    events: int
    unmapped_ratio: float


class IngestReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. Ready: the group has assigned partitions, if any, and nothing is waited for."""

    live: bool
    ready: bool
    reasons: list[str]
    sources: dict[str, SourceReport]
