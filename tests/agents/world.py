"""One partition number of one, judged without a broker, and everything that is written for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from streams.agents.judged_batch import JudgedBatch
from streams.agents.partition_judge import PartitionJudge
from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant, days
from streams.core.policy import Policy, default_policy
from streams.core.render import event_type
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.findings import decode_finding
from streams.wire.progress import PROGRESS_KEY, Counters, Progress, decode_progress
from tests.kafka.stories import START
from tests.transport.records import One

SETTINGS = Settings(dead_letter_limit_records=10)
NAMES = SETTINGS.topics
LATER = Instant(START + days(30))
POLICY = default_policy()
ROOMY = Bounds(records=1000, bytes=1 << 20, seconds=1.0)


class Kept:
    """A committer that keeps what it is given.

    What is put commits with what is put next, so that a store which lasts is always one
    batch behind what is judged.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.changelog = NAMES.changelog
        self.batches: list[OutputBatch] = []
        self.written: list[One] = []
        """The changelog as far as it is committed."""

        self.on_commit: Callable[[list[OutputBatch], int], object] | None = None
        self._number = 0
        self._holds = False

    @contextmanager
    def holding(self) -> Iterator[None]:
        """What is put within it does not commit before it ends."""
        self.commit()
        self._holds = True
        yield
        self._holds = False

    def put(self, batch: OutputBatch) -> None:
        if not self._holds:
            self.commit()
        self.batches.append(batch)

    def commit(self) -> None:
        """All that was put commits."""
        for batch in self.batches[self._number :]:
            for output in (*batch.outputs, Output(self.changelog, 0, PROGRESS_KEY, batch.progress)):
                if output.topic == self.changelog:
                    at = len(self.written)
                    one = One(self.changelog, output.partition, at, 0, output.key, output.value)
                    self.written.append(one)
            if self.on_commit is not None:
                self.on_commit([batch], len(self.written))
        self._number = len(self.batches)


class Shelf:
    """Where a world gets its store from, and gets it again after a restart."""

    def open(self, number: int) -> RowStore:
        """The store of a partition number, with what lasted."""
        del number
        return MemoryRows()


SHELF: ContextVar[Callable[[], Shelf]] = ContextVar("SHELF", default=Shelf)
"""What the worlds of a test are made with; `conftest.py` lets each test run with all."""


class World:
    """One partition number of one, and everything that was written for it."""

    def __init__(
        self,
        bounds: Bounds = ROOMY,
        number: int = 0,
        count: int = 1,
        policy: Policy = POLICY,
        shelf: Shelf | None = None,
    ) -> None:
        self.kept = Kept(bounds)
        self.policy = policy
        self._next = 0
        self._shelf = shelf or SHELF.get()()
        self.due: Callable[[], bool] = bool
        """Whether judging gives way after the record at hand."""

        self.judged: list[JudgedBatch] = []
        """The batches of the latest slice."""

        self._own(self._shelf.open(number), Progress(positions={}), number, count)

    def _own(self, rows: RowStore, progress: Progress, number: int, count: int) -> None:
        committer, basis = cast("Any", self.kept), JudgingBasis(self.policy)
        self.rows, self.progress = rows, progress
        basis.adopt(progress, number)
        self.partition = PartitionTask(number, count, rows, progress, committer, basis)
        self.judge = PartitionJudge(self.partition, SETTINGS, self.policy)

    def restart(self, policy: Policy | None = None, *, indexing: bool = True) -> World:
        """A new owner restores what was written, finds the deadlines, and goes on."""
        self.kept.commit()
        self.rows.close()
        restored = Restored(self._shelf.open(self.partition.number))
        changelog = self.kept.written
        restored.apply(changelog[restored.begin(0, len(changelog)) :])
        self.policy = policy or self.policy
        assert restored.progress is not None
        progress = decode_progress(restored.progress)
        self._own(restored.rows, progress, self.partition.number, self.partition.count)
        if indexing:
            for _ in self.judge.subjects.index():
                pass
        return self

    def change(self, policy: Policy, since: Instant | None = None) -> World:
        """Another policy comes into force while it runs."""
        self.policy = policy
        self.partition.adopt(JudgingBasis(policy, since=since))
        before, self.judge = self.judge, PartitionJudge(self.partition, SETTINGS, policy)
        self.judge.subjects.follow(before.subjects)
        for _ in self.judge.subjects.index():
            pass
        return self

    def sweep(self, steps: int | None = None) -> World:
        """Go on with a sweep by so many steps, None: to its end."""
        while self.judge.sweeper.on and steps != 0:
            steps = None if steps is None else steps - 1
            self.progress.positions.setdefault(NAMES.ticks, 0)
            self.partition.hand_over(self.judge.sweep(self.due).output)
        return self

    def take(self, *records: One) -> list[OutputBatch]:
        """Judge a slice; its batches, each handed over in turn."""
        topics = {record.topic for record in records}
        spans = {topic: OffsetSpan(0, self._next + 10) for topic in topics}
        before = len(self.kept.batches)
        self.judged = []
        piece = PollBatch(self.partition.number, 1, spans, records)
        for batch in self.judge.batches(piece, self.due):
            self.partition.hand_over(batch.output)
            self.judged.append(batch)
        return self.kept.batches[before:]

    def interrupted(self, record: One, batches: int) -> World:
        """Judge one record, and end after so many batches, which are committed."""
        spans = {record.topic: OffsetSpan(0, record.offset + 1)}
        poll = PollBatch(self.partition.number, 1, spans, (record,))
        for batch in self.judge.batches(poll, self.due):
            self.partition.hand_over(batch.output)
            batches -= bool(batch.output.outputs)
            if not batches:
                break
        return self

    def record(self, event: Event | None, topic: str = NAMES.data_share, **fields: Any) -> One:
        """A record on this partition."""
        self._next += 1
        given = {
            "key": event and subject_key(event.controller_id, event.subject_id),
            "value": event and self._written(event),
            "timestamp": LATER,
        }
        return One(topic, self.partition.number, self._next, **(given | fields))

    def _written(self, event: Event) -> bytes:
        """In JSON and in Avro by turns, so that rows of both kinds stand beside each other."""
        return event_to_avro(event) if self._next % 2 else event_to_json(event)

    def story(self, *events: Event) -> list[One]:
        """Records of several events, each on its topic."""
        return [self.record(event, NAMES.inputs[event_type(event)]) for event in events]

    def tick(self, at: int) -> list[OutputBatch]:
        """Let time pass up to an instant."""
        return self.take(self.record(None, NAMES.ticks, value=b"t", timestamp=at))

    def compacted(self, topic: str) -> dict[bytes | None, bytes]:
        """What is left of a topic when only the last record of each key is."""
        last = {output.key: output.value for output in self.outputs(topic)}
        return {key: value for key, value in last.items() if value is not None}

    @property
    def subjects(self) -> set[SubjectKey]:
        """Who has rows."""
        return {subject for _, subject in self.rows.walk()}

    @property
    def stored(self) -> int:
        """How many rows there are, counted."""
        return sum(len(self.rows.rows_of(subject)) for subject in self.subjects)

    def count(self, topic: str = NAMES.data_share) -> Counters:
        return self.progress.count(topic)

    def time(self) -> Instant | None:
        """Partition time."""
        return self.progress.partition_time

    def outputs(self, topic: str) -> list[Output]:
        return [o for b in self.kept.batches for o in b.outputs if o.topic == topic]

    def findings(self) -> list[Finding]:
        """Every finding as it was published, revision after revision."""
        return [decode_finding(o.value) for o in self.outputs(NAMES.violations) if o.value]

    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings()]
