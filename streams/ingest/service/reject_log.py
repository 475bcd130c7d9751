"""Log lines about rejected records: each reason once in a while, with a place to look at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog

from streams.ingest.outcomes import RejectedItem
from streams.wire.record import Record
from streams.wire.traces import trace_id

EVERY_S: Final = 60.0

log = structlog.get_logger("consentry.ingest")


class RejectLog:
    """Logs the first record of each source and reason, then counts for a while."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._latest: dict[tuple[str, str], tuple[float, int]] = {}

    def note(self, source: str, record: Record, item: RejectedItem) -> None:
        """A record was rejected. Reasons hold no values of records."""
        now = self._clock()
        at, held = self._latest.get((source, item.reason), (-EVERY_S, 0))
        if now - at < EVERY_S:
            self._latest[source, item.reason] = (at, held + 1)
            return
        self._latest[source, item.reason] = (now, 0)
        log.warning(
            "ingest.rejected",
            source=source,
            reason=item.reason,
            rule=item.rule,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            more=held,
            trace_id=trace_id(record),
        )
