"""State on disk of many people, made without judging."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from bench.stream import BEGIN, STEP_MS, Template, _long, key_of, pseudonym_of
from streams.agents.partition_judge import PartitionJudge
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds, OutputBatch
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.state.disk.layout import StoreState
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import Progress

POLLED: Final = 500
# A quarter of the default, so that the bound is reached.
SETTINGS: Final = Settings(live_subjects_max_bytes=256 << 20)
MIB: Final = 1 << 20
ROWS_AT_ONCE: Final = 20_000
WANTED: Final = StoreState(
    changelog=SETTINGS.topics.changelog, topic_id="", partition=0, count=1,
    position=0, seal=b"", progress=None, as_of=0,
)  # fmt: skip
_EVENT: Final = b"e%010d" % 0
_WHO: Final = pseudonym_of(0)


class Record(NamedTuple):
    """A record, of an input or of the changelog."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class AtOnce:
    """A committer whose transactions commit at once."""

    def __init__(self) -> None:
        self.bounds = Bounds(20_000, 16 * MIB, 20.0)
        self.changelog = SETTINGS.topics.changelog
        self.on_commit: Any = None
        self.rows: list[tuple[bytes, bytes]] = []
        self._end = 1 << 40

    def put(self, batch: OutputBatch) -> None:
        self._end += len(batch.outputs) + 2
        if self.on_commit is not None:
            self.on_commit([batch], self._end)
        else:
            own = (o for o in batch.outputs if o.topic == self.changelog)
            self.rows += [(o.key or b"", o.value or b"") for o in own]


class Stored(NamedTuple):
    """A row as a worker stored it, open where subjects and events differ."""

    after_event: bytes
    value: bytes


def stored(*kinds: dict[str, Any]) -> list[Stored]:
    """The rows of one subject after these events."""
    worker = Worker(MemoryRows())
    worker.take([worker.record(Template(fields), 0, 0) for fields in kinds])
    rows = dict(worker.committer.rows)
    return [Stored(key.partition(_EVENT)[2], value) for key, value in rows.items()]


def made_rows(subjects: int, shapes: list[Stored]) -> Iterator[tuple[bytes, bytes]]:
    """Such rows of so many subjects."""
    number = 0
    for subject in range(subjects):
        name = pseudonym_of(subject)
        prefix = bytes(key_of(subject)) + b"\0E"
        for after, value in shapes:
            event = b"e%010d" % number
            number += 1
            yield prefix + event + after, value.replace(_WHO, name).replace(_EVENT, event)


class Worker:
    """What judges one partition number of one."""

    def __init__(self, rows: Any) -> None:
        committer: Any = AtOnce()
        basis = JudgingBasis(default_policy())
        self.committer: AtOnce = committer
        self.partition = PartitionTask(0, 1, rows, Progress(positions={}), committer, basis)
        self.judge = PartitionJudge(self.partition, SETTINGS, default_policy())
        self._offset = 0

    def take(self, records: list[Record]) -> None:
        topics = {record.topic for record in records}
        spans = {topic: OffsetSpan(0, self._offset) for topic in topics}
        for batch in self.judge.batches(PollBatch(0, 1, spans, records)):
            self.partition.hand_over(batch.output)

    def record(self, template: Template, number: int, subject: int) -> Record:
        self._offset += 1
        at = Instant(BEGIN + number * STEP_MS)
        value = template.fill(number, subject, _long(at))
        topic = SETTINGS.topics.inputs[template.kind]
        return Record(topic, 0, self._offset, at, key_of(subject), value)
