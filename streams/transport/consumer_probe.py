"""A reading of the consumer: what it knows of the group and of the topics' ends.

Reading it is also a sign of life: aiokafka leaves the group when nothing is fetched for
`max_poll_interval`, which is right when the app's loop hangs, and wrong for a worker that
owns no partitions or restores for long. A caller who takes a reading in the app's loop shows
that the loop runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from streams.transport.faust_driver import Consumer


class LogEnd(NamedTuple):
    """The two ends of a log, and when the broker said so (ms since the epoch).

    `stable` is the last stable offset, `high` the high watermark: between the two stand open
    transactions, and what came after they began.
    """

    stable: int
    high: int
    answered_ms: int


class ProbeReading(NamedTuple):
    """One reading.

    `heard_at` is when the group's coordinator last answered (`time.monotonic`), None
    before this worker was a member. `ends` are the offsets up to which a `read_committed` reader may
    read, by topic and partition number, of places that were fetched since they were
    assigned; `logs` are both ends of the same places.
    """

    heard_at: float | None
    ends: Mapping[tuple[str, int], int]
    logs: Mapping[tuple[str, int], LogEnd] = MappingProxyType({})


class ConsumerProbe:
    """Takes readings of one consumer."""

    def __init__(self, consumer: Consumer) -> None:
        self._thread = consumer._thread
        self._watched: Any = None
        self._generation = -1
        self._heard_at: float | None = None

    async def read(self) -> ProbeReading:
        """The reading now. Raises when the consumer has not started or is at its end."""
        consumer = self._thread._ensure_consumer()
        coordinator, state = consumer._coordinator, consumer._subscription
        self._watch(coordinator)
        if coordinator.generation > 0 and coordinator.generation != self._generation:
            self._generation = coordinator.generation
            self._heard_at = time.monotonic()
        with state.fetch_context():
            """Nothing is fetched; it counts as if something had been."""
        assignment = None if state.subscription is None else state.subscription.assignment
        ends: dict[tuple[str, int], int] = {}
        logs: dict[tuple[str, int], LogEnd] = {}
        if assignment is not None:
            for place in assignment.tps:
                known = assignment.state_value(place)
                if known.lso is None:
                    continue
                at = place.topic, place.partition
                ends[at] = known.lso
                if known.highwater is not None:
                    logs[at] = LogEnd(known.lso, known.highwater, known.timestamp or 0)
        return ProbeReading(self._heard_at, ends, logs)

    def _watch(self, coordinator: Any) -> None:
        """Note when heartbeats are answered: aiokafka keeps that to itself."""
        if self._watched is coordinator:
            return
        self._watched = coordinator
        send = coordinator._do_heartbeat

        async def noted() -> Any:
            answered = await send()
            if answered:
                self._heard_at = time.monotonic()
            return answered

        coordinator._do_heartbeat = noted
