"""The way of most records in one go: read, found its subject, judged, counted, stored.

Most events bring a row and nothing else. What is decided of them is what the long way decides
(`streams.agents.event_judge`), which takes every record that this one leaves, and every
decision that says more. Compiled, since each event comes by here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from streams.agents.assumed import count_assumptions
from streams.agents.judged_batch import JudgedBatch
from streams.agents.once import Once
from streams.agents.subject_cache import Live, SubjectCache
from streams.agents.subjects import Subjects
from streams.core.decision import Decision
from streams.core.event_kinds import is_share
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore
from streams.wire.fast_facts import FastFacts
from streams.wire.murmur2 import murmur2
from streams.wire.progress import Counters, Progress
from streams.wire.record import Record
from streams.wire.rows import stored_as_sent

Judge = Callable[[Subject, Fact, Policy, Instant | None, int | None], Decision]
"""`streams.core.judge.judge`."""

Rest = Callable[[SubjectKey, Subject, Fact, Record, Decision, Counters, JudgedBatch], None]
"""Does what a decision says that is no row alone."""

_JUDGED: Final = Outcome.JUDGED
_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED

LEFT: Final = 0
"""The record takes the long way; nothing was counted."""

COUNTED: Final = 1
"""All is done and counted."""

SILENT: Final = 2
"""A row is stored; that its record was judged is to be counted."""

SILENT_NOT_ASSESSED: Final = 3
"""The same of one that was not assessed."""


class ShortWay:
    """The short way of one partition number."""

    def __init__(
        self,
        number: int,
        count: int,
        progress: Progress,
        policy: Policy,
        facts: FastFacts,
        subjects: Subjects,
        rows: RowStore,
        changelog: str,
        rest: Rest,
    ) -> None:
        """`count` is how many partition numbers there are; `rest` does what is left to do."""
        self._number = number
        self._count = count
        self._progress = progress
        self._policy = policy
        self._facts = facts
        self._subjects = subjects
        self._rows = rows
        self._holds: bool = rows.holds_subjects
        self._memory = rows if isinstance(rows, MemoryRows) else None
        """The same as `_rows`, called without a look-up by name."""
        self._changelog = changelog
        self._rest = rest
        self._live: SubjectCache = subjects.live
        self._settled = False
        self._changed: Callable[[SubjectKey], None] | None = None
        self._ready = 0

    def begin(self) -> None:
        """Records follow between which nobody else has a turn: what they all ask for is read once."""
        subjects = self._subjects
        self._live = subjects.live
        self._settled = subjects.stale is None
        self._changed = subjects.on_change

    def end(self) -> None:
        """Others may have their turn: what was counted since `begin` is theirs to see."""
        self._subjects.lookups.ready += self._ready
        self._ready = 0

    def take_one(
        self, record: Record, counters: Counters, batch: JudgedBatch, judge: Judge, most: int
    ) -> bool:
        """As `take`, with all around it, of a record that does not come in a run; False: it is left."""
        self.begin()
        end = self.take(record, counters, batch, judge, most)
        self.end()
        batch.once.count()
        counters.judged += end == SILENT
        counters.not_assessed += end == SILENT_NOT_ASSESSED
        return end != LEFT

    def take(
        self, record: Record, counters: Counters, batch: JudgedBatch, judge: Judge, most: int
    ) -> int:
        """Judge a record by `judge`; what is left to be done of it, and to be counted.

        `most` is how many other events are judged again at once. Raises Building, Stale and
        CorruptRow as `Subjects.find` does; then nothing was done.
        """
        fact = self._facts.fact(record)
        if fact is None:
            return LEFT
        key = SubjectKey(record.key or b"")
        cache: SubjectCache = self._live
        live = cache.touch(key) if self._settled else None
        subject: Subject
        if live is not None:
            self._ready += 1
            subject = live.subject
        else:
            found: Subject | None = self._subjects.find(key)
            if found is not None:
                subject = found
                live = cache.entry(key)
            elif (murmur2(key) & 0x7FFFFFFF) % self._count != record.partition:
                return LEFT
            else:
                subject = Subject(fact.event.controller_id, fact.event.subject_id)
        if record.partition != self._number:
            return LEFT
        progress = self._progress
        decision = judge(subject, fact, self._policy, progress.partition_time, most)
        outcome = decision.outcome
        silent = decision.silent
        if silent is None or (outcome is not _JUDGED and outcome is not _NOT_ASSESSED):
            self._rest(key, subject, fact, record, decision, counters, batch)
            return COUNTED
        event = fact.event
        until: Instant | None = progress.judged_until
        if until is None or event.occurred_at > until:
            progress.judged_until = event.occurred_at
        if outcome is _JUDGED:
            count_assumptions(subject, fact, self._policy, batch.assumptions)
            if is_share(event) and len(subject.shares) == 1:
                batch.stats.shared(subject)
        batch.rejudged += decision.rejudged
        place, value = stored_as_sent(key, fact, silent)
        forgotten = self._forget_value(fact, silent)
        self._store(key, subject, live, place, value, forgotten, batch.once)
        return SILENT if outcome is _JUDGED else SILENT_NOT_ASSESSED

    def _forget_value(self, fact: Fact, record: SubjectRecord) -> int:
        """Now that its row is written: most values can be written again. Returns their bytes."""
        sent = fact.value
        if sent is None:
            return 0
        writer = self._facts.writer(fact)
        if writer is None:
            return 0
        record.forget_value(fact, writer)
        return len(sent)

    def _store(
        self,
        key: SubjectKey,
        subject: Subject,
        live: Live | None,
        place: bytes,
        value: bytes,
        forgotten: int,
        once: Once,
    ) -> None:
        """As `Subjects.keep` and `JudgedBatch.write` do."""
        if not self._holds:
            self._rows.put(place, value)
        if subject.spoken_of:
            # Of all others no deadline is known.
            self._subjects.deadlines.set(key, subject.next_deadline)
        subject.judged_by = self._policy
        changed = self._changed
        if changed is not None:
            changed(key)
        cache: SubjectCache = self._live
        if live is None:
            cache.keep(key, subject, (value,), forgotten=forgotten)
        else:
            cache.grew(live, len(value), forgotten)
        memory = self._memory
        if memory is not None and live is not None:
            memory.grown(key, subject)
        elif self._holds:
            self._rows.hold(key, subject)
        once.row(self._changelog, self._number, place, value)
