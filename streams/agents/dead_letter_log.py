"""Reports records that were set aside: one line a minute at most for each topic and code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final, NamedTuple

import structlog

PAUSE_S: Final = 60.0
TRACES_SHOWN: Final = 5

log = structlog.get_logger("consentry.worker")


class DeadLettered(NamedTuple):
    """One record: where it stood, why, and its trace, if its producer gave one."""

    topic: str
    partition: int
    offset: int
    code: str
    trace_id: str | None


class DeadLetterLog:
    """Reports the first at once, and those that follow when a minute is over."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._waiting: dict[tuple[str, str], list[DeadLettered]] = {}
        self._uncounted: dict[tuple[str, str], int] = {}

    def report(self, records: Iterable[DeadLettered]) -> None:
        """Log now or later."""
        found: dict[tuple[str, str], list[DeadLettered]] = {}
        for one in records:
            found.setdefault((one.topic, one.code), []).append(one)
        for kind, several in found.items():
            if kind in self._waiting:
                # Only as many are kept as are shown.
                kept = self._waiting[kind]
                kept += several[: TRACES_SHOWN - len(kept)]
                self._uncounted[kind] += len(several)
            else:
                self._write(kind, several, len(several))

    def _write(self, kind: tuple[str, str], several: list[DeadLettered], count: int) -> None:
        first = several[0]
        traces = [one.trace_id for one in several if one.trace_id is not None]
        log.warning(
            "records.set_aside",
            topic=first.topic,
            code=first.code,
            count=count,
            partition=first.partition,
            offset=first.offset,
            trace_ids=list(dict.fromkeys(traces))[:TRACES_SHOWN],
        )
        self._waiting[kind], self._uncounted[kind] = [], 0
        asyncio.get_running_loop().call_later(self._pause_s, self._pause_over, kind)

    def _pause_over(self, kind: tuple[str, str]) -> None:
        several, count = self._waiting.pop(kind), self._uncounted.pop(kind)
        if several:
            self._write(kind, several, count)
