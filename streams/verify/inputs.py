"""The input records of one partition number: what the worker must have made of each.

Records are read with the worker's own eyes (`streams.wire.arrival`) from the start of
their log to the position of the state; whether an event became a fact is seen when its
subject is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

import msgspec

from streams.core.identifiers import ControllerId, SubjectId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.assess import not_assessed
from streams.core.state import EventRow, FactSource
from streams.settings.names import TopicNames
from streams.transport.clock import OwnClock
from streams.verify import refusals
from streams.verify.across import Across
from streams.verify.bus import LiveBus
from streams.verify.input_span import InputSpan
from streams.verify.kept_dead_letters import KeptDeadLetters
from streams.verify.result import Difference, DifferenceKind, Seen
from streams.verify.spill import Arrival, Spill
from streams.wire.arrival import Arrivals, Arrived, Misrouted, partition_for
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import Progress, Skip
from streams.wire.record import Record
from streams.wire.refused import Refused
from streams.wire.rows import hashed_key

HOMES_KEPT = 65_536
"""Subjects whose partition is remembered: the hash costs as much as decoding an event."""


class Inputs:
    """All inputs of one partition number, ticks and commands counted only."""

    def __init__(
        self,
        names: TopicNames,
        number: int,
        count: int,
        spill: Spill,
        across: Across,
        policy: Policy,
        max_bytes: int,
        clock: OwnClock,
        registry: RegistryDecoder | None = None,
        *,
        cloud_events: bool = False,
    ) -> None:
        self._names = names
        self._policy = policy
        self._number = number
        self._spill = spill
        self._across = across
        self._arrivals = Arrivals(names, max_bytes, registry, cloud_events=cloud_events)
        self._arrivals.read_at(clock.now, clock.limit)
        self.dead_letters = KeptDeadLetters(names, number, spill)
        """To be read before the inputs: they say when some of these arrived."""
        self._home = lru_cache(HOMES_KEPT)(partial(partition_for, count=count))
        self._skips: dict[tuple[str, int], Skip] = {}
        self._progress = Progress(positions={})
        self.spans: list[InputSpan] = []

    async def read(self, bus: LiveBus, progress: Progress) -> None:
        """Read every topic up to the position of the state."""
        names = self._names
        self._progress = progress
        self._skips = {(skip.topic, skip.offset): skip for skip in progress.skips}
        for topic in names.judged:
            # A topic that was created again may end before the state does.
            end = min(progress.positions.get(topic, 0), await bus.end(topic, self._number))
            start = await bus.start(topic, self._number)
            if progress.imported is not None:
                # What stands before was judged by those whose facts were imported.
                start = max(start, progress.begins.get(topic, 0))
            span = InputSpan(topic, start, end)
            self.spans.append(span)
            async for records in bus.read(topic, self._number, start, end):
                span.seen.read += len(records)
                if topic in (names.ticks, names.commands):
                    skipped = [r for r in records if (topic, r.offset) in self._skips]
                    span.seen.judged += len(records) - len(skipped)
                    self._take(len(self.spans) - 1, span.seen, skipped)
                else:
                    self._take(len(self.spans) - 1, span.seen, records)

    def _take(self, place: int, seen: Seen, records: Sequence[Record]) -> None:
        arrived: list[Arrival] = []
        elsewhere: list[Misrouted] = []
        refused: list[tuple[Record, Refused]] = []
        for record in records:
            found: Arrived | Misrouted | Refused
            if skip := self._skips.get((record.topic, record.offset)):
                found = self._arrivals.skipped(record, skip)
            else:
                found = self._arrivals.read(record)
            if isinstance(found, Arrived):
                found = self._as_then(found)
                home = self._home(found.key)
                found = self._arrivals.settle(record, found, home)
            else:
                found = refusals.settled(self._arrivals, record, found, self._home, self._progress)
            match found:
                case Arrived():
                    arrived.append(self._arrival(place, record, found))
                case Misrouted():
                    elsewhere.append(found)
                case Refused():
                    refused.append((record, found))
        self._spill.many("INSERT INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, ?)", arrived)
        self._across.expect_rekeyed(elsewhere)
        self._across.expect_published(pair for pair in refused if pair[1].key is None)
        self._spill.many(
            "INSERT INTO refused_id VALUES (?, ?, ?, ?)",
            (refusals.arrival(place, *pair) for pair in refused if pair[1].key is not None),
        )
        self._spill.many(
            "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
            (
                (one.origin.reference, place, record.offset, one.quarantined)
                for record, one in refused
            ),
        )
        seen.rekeyed += len(elsewhere)
        seen.dead_lettered += len(refused)

    def _as_then(self, found: Arrived) -> Arrived:
        """With the arrival that the worker took, where the record's own lay far ahead."""
        if not self.dead_letters.from_the_future:
            return found
        arrived_at = self.dead_letters.from_the_future.get(found.origin.reference)
        if arrived_at is None:
            return found
        return found._replace(
            fact=msgspec.structs.replace(found.fact, ingested_at=arrived_at),
            origin=found.origin._replace(ingested_at=arrived_at),
        )

    def _arrival(self, place: int, record: Record, found: Arrived) -> Arrival:
        event, source = found.fact.event, found.origin.source
        key = hashed_key(found.key, found.fact)
        own = record.topic != self._names.rekeyed
        first = (None, None, None) if own else (source.topic, source.partition, source.offset)
        arrived_at = found.origin.ingested_at
        return Arrival(key, place, record.offset, event.occurred_at, arrived_at, *first)

    def judged(
        self,
        identity: tuple[ControllerId | str, SubjectId | str],
        rows: Mapping[bytes, EventRow],
        arrivals: Sequence[Arrival],
        progress: Progress,
    ) -> tuple[Counter[tuple[int, str]], list[Difference]]:
        """How the records of one subject ended, by place of topic and name of counter."""
        counts: Counter[tuple[int, str]] = Counter()
        missing: list[Difference] = []
        matched: set[bytes] = set()
        erased_at = erased_until(rows.values())
        for one in arrivals:
            row = rows.get(one.key)
            if row is not None:
                first = row.fact.source == self._source(one) and one.key not in matched
                if first:
                    matched.add(one.key)
                counts[one.topic, self._ended(row) if first else "duplicates"] += 1
            elif _was_erased(one, erased_at) or self._may_have_left(one, progress):
                counts[one.topic, "left"] += 1
            else:
                counts[one.topic, "not_judged"] += 1
                missing.append(self._not_judged(identity, one))
        missing.extend(self._without_input(identity, rows, matched))
        return counts, missing

    def _ended(self, row: EventRow) -> str:
        event = row.fact.event
        return "not_assessed" if not_assessed(event, self._policy) else "judged"

    def _may_have_left(self, one: Arrival, progress: Progress) -> bool:
        """Whether an event that is no fact is as old as all that left (P20, P26).

        Releases before P26 did not judge what had occurred before P20, whenever it came.
        """
        if progress.left_before is None or one.occurred_at >= progress.left_before:
            return False
        if progress.count(self.spans[one.topic].topic).expired:
            return True
        return progress.arrived_before is None or one.arrived_at < progress.arrived_before

    def count(self, counts: Counter[tuple[int, str]]) -> None:
        """Take in how the records of one subject ended."""
        for (place, name), count in counts.items():
            seen = self.spans[place].seen
            setattr(seen, name, getattr(seen, name) + count)

    def _not_judged(self, identity: tuple[str, str], one: Arrival) -> Difference:
        return Difference(
            kind=DifferenceKind.NOT_JUDGED,
            topic=self.spans[one.topic].topic,
            partition=self._number,
            offset=one.offset,
            what="an event before the position of the state is not among the facts",
            controller_id=identity[0],
            subject_id=identity[1],
        )

    def _without_input(
        self, identity: tuple[str, str], rows: Mapping[bytes, EventRow], matched: set[bytes]
    ) -> Iterator[Difference]:
        """Facts from records that are retained here, and that do not stand there.

        A record that was sent home, to this number too, is seen by its second copy.
        """
        spans = {span.topic: span for span in self.spans}
        for key, row in rows.items():
            source = row.fact.source
            span = spans.get(source.topic)
            if row.erases or key in matched or span is None or source.partition != self._number:
                continue
            if span.start <= source.offset < span.end and not self._across.is_sent(source):
                yield Difference(
                    kind=DifferenceKind.NO_INPUT,
                    topic=source.topic,
                    partition=source.partition,
                    offset=source.offset,
                    what="a fact names this record, which does not hold its event",
                    controller_id=identity[0],
                    subject_id=identity[1],
                )

    def _source(self, one: Arrival) -> FactSource:
        if one.source_topic is None:
            return FactSource(self.spans[one.topic].topic, self._number, one.offset)
        return FactSource(one.source_topic, one.source_partition or 0, one.source_offset or 0)


def erased_until(rows: Iterable[EventRow]) -> Instant | None:
    """Up to when the facts of a person were erased; None: they were not."""
    return max((row.fact.event.occurred_at for row in rows if row.erases), default=None)


def _was_erased(one: Arrival, erased_at: Instant | None) -> bool:
    return erased_at is not None and one.occurred_at <= erased_at
