"""Records behind a producer's open transaction: on the topic, and not to be read yet.

A `read_committed` reader stops before the first open transaction, no matter who wrote behind
it. While that end does not move, nothing of the partition can be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import structlog

from streams.transport.consumer_probe import LogEnd

LONG_S: Final = 60.0
"""Transactions of producers that are well take less."""

log = structlog.get_logger("consentry.worker")


class Uncommitted(NamedTuple):
    """How many offsets stand behind an open transaction, and for how long the end has not moved.

    `records` counts offsets, markers included; `offset` is where the transaction begins.
    """

    records: int
    seconds: float
    offset: int


NOTHING: Final = Uncommitted(0, 0.0, 0)


class OpenTransactions:
    """Follows the ends of the topics, look by look.

    Time counts up to the last answer of the broker: of a topic that is not fetched for a
    while, since other records go first, nothing newer is known.
    """

    def __init__(self) -> None:
        self._since_ms: dict[tuple[str, int], tuple[int, int]] = {}
        self._found: dict[tuple[str, int], Uncommitted] = {}
        self._long: set[tuple[str, int]] = set()

    def look(self, ends: Mapping[tuple[str, int], LogEnd]) -> None:
        """Take note of the ends now; log what is open for long, once, and when it ends."""
        since: dict[tuple[str, int], tuple[int, int]] = {}
        found: dict[tuple[str, int], Uncommitted] = {}
        for place, end in ends.items():
            if end.high <= end.stable:
                continue
            offset, began_ms = self._since_ms.get(place, (-1, 0))
            if offset != end.stable:
                began_ms = end.answered_ms
            since[place] = end.stable, began_ms
            seconds = max(0, end.answered_ms - began_ms) / 1000
            found[place] = Uncommitted(end.high - end.stable, seconds, end.stable)
        self._since_ms, self._found = since, found
        self._log(ends)

    def of(self, topic: str, partition: int) -> Uncommitted:
        """What stands behind an open transaction there."""
        return self._found.get((topic, partition), NOTHING)

    def _log(self, ends: Mapping[tuple[str, int], LogEnd]) -> None:
        long = {place for place, one in self._found.items() if one.seconds >= LONG_S}
        for topic, partition in sorted(long - self._long):
            one = self._found[topic, partition]
            log.warning(
                "transaction.open",
                topic=topic,
                partition=partition,
                offset=one.offset,
                records=one.records,
                open_s=round(one.seconds, 1),
            )
        for topic, partition in sorted((self._long - long) & ends.keys()):
            log.info("transaction.ended", topic=topic, partition=partition)
        self._long = long
