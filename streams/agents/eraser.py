"""Erasing one person: tombstones for all that was written, and one row that says it was done.

The row that stays is written first. Until the rest is gone the subject is one that leaves
(`Retention.rest`), which goes before any record also after a restart.
"""

from __future__ import annotations

from streams.agents.judged_batch import JudgedBatch
from streams.agents.retention import Retention
from streams.agents.stored_counts import count_stored
from streams.agents.subjects import Subjects
from streams.core.erase import erased, erasure
from streams.core.event_hash import hash_of
from streams.core.identifiers import EventId, SubjectKey, parse_subject_key
from streams.core.instants import LATEST, Instant
from streams.core.policy import Policy
from streams.core.state import Fact, FactSource
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.commands import Ongoing
from streams.wire.record import Record
from streams.wire.restricted import restriction_of
from streams.wire.rows import CorruptRow, fact_key


class Eraser:
    """Erases persons of one partition number."""

    def __init__(
        self,
        partition: PartitionTask,
        topic: str,
        subjects: Subjects,
        retention: Retention,
        policy: Policy,
    ) -> None:
        """`topic` is that of the commands: the fact that stays names it as its source."""
        self._number = partition.number
        self._rows = partition.rows
        self._progress = partition.progress
        self._topic = topic
        self._subjects = subjects
        self._retention = retention
        self._policy = policy

    def erase(
        self,
        key: SubjectKey,
        command_id: str,
        record: Record,
        ongoing: Ongoing,
        batch: JudgedBatch,
    ) -> bool:
        """Erase the person with that key. False when the batch is full and more is left."""
        if not ongoing.row:
            self._begin(key, command_id, record, ongoing, batch)
        for some in self._retention.rest():
            batch.clear(some)
            if batch.crowded() and self._progress.leaving:
                return False
        return True

    def _begin(
        self,
        key: SubjectKey,
        command_id: str,
        record: Record,
        ongoing: Ongoing,
        batch: JudgedBatch,
    ) -> None:
        rows = self._rows.rows_of(key)
        count_stored(rows, ongoing)
        fact = self._fact(key, command_id, record)
        subject, decision = erased(
            fact, self._policy, self._progress.partition_time, restriction_of(rows)
        )
        ongoing.row = fact_key(key, fact)
        if rows:
            self._progress.leaving = key
            # What is live of the person is void from here on.
            self._subjects.forget(key, ())
        at = fact.event.occurred_at
        if self._progress.judged_until is None or at > self._progress.judged_until:
            self._progress.judged_until = at
        batch.write(self._subjects.store(key, subject, decision), decision)

    def _fact(self, key: SubjectKey, command_id: str, record: Record) -> Fact:
        identity = parse_subject_key(key)
        if identity is None:
            raise CorruptRow("belongs to no subject", key)
        at = Instant(min(max(0, record.timestamp), LATEST))
        event = erasure(*identity, EventId(f"erasure-{command_id}"), at)
        return Fact(
            event=event,
            payload_hash=hash_of(event),
            ingested_at=at,
            source=FactSource(self._topic, self._number, record.offset),
        )
