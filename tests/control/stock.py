"""The same judgement on stock Faust: its transport, its table, its sends, its commits.

    Runtime(name="stock Faust", program="from tests.control import stock; stock.main()")

Everything that is not transport is the product's: the judge and the outputs that it says
to write. Faust 0.15.3 does the rest as its documentation has it: an agent over all topics,
a table in memory with a changelog, `send` for what is published, `at_least_once`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import faust

from streams.agents.partition_judge import PartitionJudge
from streams.cli.options import read_settings
from streams.control.in_force import file_policy
from streams.transport.commit.output_batch import Bounds, Output
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.arrival import partition_for
from streams.wire.progress import Progress
from streams.wire.rows import subject_of

if TYPE_CHECKING:
    from streams.core.policy import Policy
    from streams.settings import Settings

RAW: dict[str, Any] = {
    "key_type": bytes,
    "value_type": bytes,
    "key_serializer": "raw",
    "value_serializer": "raw",
}


class Unbounded:
    """In the place of a committer: batches are of one record."""

    bounds = Bounds(1_000_000, 1 << 40, 0.0)


class Judges:
    """One judge per partition number, over the rows of the table that belong to it."""

    def __init__(self, settings: Settings, policy: Policy, table: Any) -> None:
        self._settings = settings
        self._policy = policy
        self._table = table
        self._judges: dict[int, PartitionJudge] = {}

    def forget(self) -> None:
        """Partitions have changed hands; what the table holds is read again."""
        self._judges.clear()

    def of(self, number: int) -> PartitionJudge:
        """The judge of a partition number."""
        judge = self._judges.get(number)
        if judge is None:
            judge = self._judges[number] = self._build(number)
        return judge

    def _build(self, number: int) -> PartitionJudge:
        count, rows = self._settings.partitions, MemoryRows()
        for key, row in self._table.items():
            if partition_for(subject_of(key), count) == number:
                rows.put(key, row)
        partition = PartitionTask(
            number,
            count,
            rows,
            Progress(positions={}),
            cast("Any", Unbounded),
            JudgingBasis(self._policy),
        )
        judge = PartitionJudge(partition, self._settings, self._policy)
        for _ in judge.subjects.index():
            pass
        return judge


def build(settings: Settings, policy: Policy) -> faust.App:
    """The app, with the group of the product's."""
    names = settings.topics
    app = faust.App(
        settings.application_id,
        version=settings.generation,
        broker=[f"aiokafka://{address}" for address in settings.brokers],
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.heartbeat_interval_s,
        consumer_group_instance_id=settings.instance_id,
        consumer_auto_offset_reset="earliest",
        store="memory://",
        topic_partitions=settings.partitions,
        topic_allow_declare=False,
        table_standby_replicas=0,
        datadir=Path(tempfile.mkdtemp(prefix="consentry-stock-")),
        web_enabled=False,
    )
    topics = {
        name: app.topic(name, **RAW)
        for name in (
            names.violations,
            names.duties,
            names.dead_letters,
            names.quarantine,
            names.rekeyed,
            names.ticks,
        )
    }
    table = app.Table(
        "facts",
        partitions=settings.partitions,
        key_type=bytes,
        value_type=bytes,
        changelog_topic=app.topic(names.changelog, **RAW),
    )
    judges = Judges(settings, policy, table)
    app.on_partitions_revoked.connect(lambda *_, **__: judges.forget(), weak=False)
    judged = app.topic(*names.judged, **RAW)

    async def judge(stream: Any) -> None:
        async for event in stream.events():
            record = as_record(event.message)
            piece = PollBatch(record.partition, 0, {}, [record])
            for batch in judges.of(record.partition).batches(piece):
                for output in batch.output.outputs:
                    await write(output)

    async def write(output: Output) -> None:
        if output.topic != names.changelog:
            await topics[output.topic].send(
                key=output.key,
                value=output.value,
                partition=output.partition,
                headers=[(name, value or b"") for name, value in output.headers],
            )
        elif output.value is None:
            table.pop(output.key, None)
        else:
            table[output.key] = output.value

    async def tick() -> None:
        owned = {place.partition for place in app.consumer.assignment()}
        for number in sorted(owned):
            await topics[names.ticks].send(key=None, value=b"tick", partition=number)

    app.agent(judged, name="judge")(judge)
    app.timer(interval=settings.tick_interval_s)(tick)
    return app


class Arrived:
    """A record as the product's consumer hands it over."""

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, message: Any) -> None:
        self.topic: str = message.topic
        self.partition: int = message.partition
        self.offset: int = message.offset
        self.timestamp = int(message.timestamp * 1000)
        self.key: bytes | None = message.key
        self.value: bytes | None = message.value
        found = message.headers or ()
        self.headers = list(found.items() if isinstance(found, dict) else found)


def as_record(message: Any) -> Arrived:
    """A Faust message as a record; Faust's timestamps are seconds."""
    return Arrived(message)


def main() -> None:
    """Run until SIGTERM."""
    settings = read_settings()
    app = build(settings, file_policy(settings))
    faust.Worker(app, loglevel="INFO").execute_from_commandline()
