"""Watches how far the workers are behind, for the picture."""

from __future__ import annotations

import threading
import time
from typing import Self

from kafka.errors import KafkaError

from tests.faults.stream import Feeder
from tests.kafka.harness import Bus

EVERY_S = 2.0


class Watcher:
    """Samples the number of records not yet judged, from a thread of its own."""

    def __init__(self, bus: Bus, feeder: Feeder) -> None:
        self._bus = bus
        self._feeder = feeder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._began = time.monotonic()
        self.behind: list[tuple[float, int]] = []
        """Seconds from the start, and records. Nothing while the broker is away."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(30)

    def _watch(self) -> None:
        inputs = set(self._bus.names.inputs.values())
        while not self._stopping.wait(EVERY_S):
            sent = self._feeder.sent
            try:
                committed = self._bus.committed()
            except KafkaError:
                continue
            judged = sum(offset for (topic, _), offset in committed.items() if topic in inputs)
            at = round(time.monotonic() - self._began, 1)
            self.behind.append((at, max(0, sent - judged)))
