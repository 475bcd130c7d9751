"""The present state before what comes: a new receiver gets all that is open, once.

The topics of findings and duties are compacted by identity, and what a reader finds there
is still more than the state: revisions that compaction has not reached, and closed ones.
From the beginning up to the end that a topic had at the start, only the last record of each
key is delivered, and only if it is open. A receiver that begins again may have missed closes: it
gets those since an instant too. From there on everything is delivered.

Where that end was, and that instant, stand in the metadata of every offset that is committed
before it, so a deliverer that is killed in the middle, or another one that takes the partition
over, goes on in the same way (docs/adr/0022).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from aiokafka.structs import TopicPartition

from streams.core.findings import OutputRecord
from streams.core.instants import Instant
from streams.siem.lifecycle import CLOSING
from streams.wire.record import Record

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

_MARK: Final = "consentry-state:"
_METADATA: Final = re.compile(_MARK + r"([0-9]+)(?::([0-9]+))?", re.ASCII)
_POLL_MS: Final = 200


class StateEnd(NamedTuple):
    """Where the state ends that is caught up with.

    `closed_since`: what was closed from this instant on belongs to it too; None: nothing closed.
    """

    offset: int
    closed_since: Instant | None = None


def metadata_of(end: StateEnd) -> str:
    """What is committed with an offset before the end of the state."""
    since = "" if end.closed_since is None else f":{int(end.closed_since)}"
    return f"{_MARK}{end.offset}{since}"


def end_in(metadata: str | None) -> StateEnd | None:
    """The end of the state, where the metadata of an offset states one."""
    found = _METADATA.fullmatch(metadata or "")
    if found is None:
        return None
    return StateEnd(int(found[1]), None if found[2] is None else Instant(int(found[2])))


class CatchUp:
    """Which records need not be delivered, by partition, while a state is caught up with."""

    def __init__(self) -> None:
        self._ends: dict[TopicPartition, StateEnd] = {}
        self._last: dict[TopicPartition, frozenset[int]] = {}

    async def look(
        self, reader: AIOKafkaConsumer, starts: Mapping[TopicPartition, tuple[int, StateEnd]]
    ) -> None:
        """Find the last record of each key, from the committed offset to the end of the state.

        `starts` holds both by partition. The reader must be a `read_committed` one without
        a group. Replaces what was known of other partitions.
        """
        self._ends = {place: end for place, (start, end) in starts.items() if start < end.offset}
        self._last = {}
        found: dict[TopicPartition, dict[bytes | int, int]] = {p: {} for p in self._ends}
        reader.assign(list(found))
        # A topic that was made again may end before the state did.
        ends: Mapping[TopicPartition, int] = await reader.end_offsets(list(found))
        for place in found:
            reader.seek(place, starts[place][0])
        waiting = set(found)
        while waiting:
            for place, records in (await reader.getmany(*waiting, timeout_ms=_POLL_MS)).items():
                end, last = self._ends[place].offset, found[place]
                for record in records:
                    if record.offset < end:
                        # Whatever has no key is replaced by nothing.
                        key = record.offset if record.key is None else record.key
                        last[key] = record.offset
            for place in list(waiting):
                if await reader.position(place) >= min(self._ends[place].offset, ends[place]):
                    waiting.discard(place)
                    reader.pause(place)
        self._last = {place: frozenset(last.values()) for place, last in found.items()}

    def covers(self, record: Record) -> bool:
        """Whether a record belongs to the state that is caught up with."""
        end = self._ends.get(TopicPartition(record.topic, record.partition))
        return end is not None and record.offset < end.offset

    def needless(self, record: Record, output: OutputRecord) -> bool:
        """Whether the state goes without this record: it is not the last, or closed too long."""
        return self.covers(record) and (
            self.superseded(record)
            or (output.status in CLOSING and not self._wants_close(record, output))
        )

    def _wants_close(self, record: Record, output: OutputRecord) -> bool:
        since = self._ends[TopicPartition(record.topic, record.partition)].closed_since
        return since is not None and output.detected_at >= since

    def superseded(self, record: Record) -> bool:
        """Whether a later record of the state stands in place of this one."""
        if not self.covers(record):
            return False
        return record.offset not in self._last[TopicPartition(record.topic, record.partition)]

    def metadata(self, place: TopicPartition, offset: int) -> str:
        """What to commit with an offset."""
        end = self._ends.get(place)
        return "" if end is None or offset >= end.offset else metadata_of(end)
