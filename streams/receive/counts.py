"""What became of the requests of each source since the process started."""

from __future__ import annotations

from collections import Counter
from typing import Final

from streams.measures.histogram import Histogram
from streams.receive.refusal import RefusalReason

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_SOURCE: Final = "-"
"""Stands for requests to a path that belongs to no source; no source can be called so."""


class SourceCounts:
    """Of one source: requests are accepted, refused by reason, or challenges."""

    def __init__(self) -> None:
        self.accepted = 0
        self.challenged = 0
        self.refused: Counter[RefusalReason] = Counter()
        self.bytes = 0
        """Of accepted bodies, unpacked."""

        self.latest_s = 0.0
        """When the last one was accepted, seconds since 1970; 0: not yet."""

        self.seconds = Histogram(BOUNDS_S)
        """From the head of an accepted request to the acknowledgement by Kafka."""
