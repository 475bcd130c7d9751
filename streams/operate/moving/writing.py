"""Writing the rows of exports into the state of an installation, as the owner of its partitions.

Each partition number is written by its owner (`streams.operate.owning`): the producer with its
transactional id, row by row in bounded transactions. Each of these keeps how far it is, so that
what was begun goes on, and a worker that starts meanwhile stops: before the first row is written
all partition numbers say that facts are on their way. The last one writes the progress row and
the group's offsets: from then on it is a state like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.agents.output_encoder import OutputEncoder
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.operate.moving.batches import ImportBatches
from streams.operate.moving.ends import Ends, first_ends
from streams.operate.moving.going_on import GoingOn
from streams.operate.moving.load import Exports
from streams.operate.moving.own_sources import own_sources
from streams.operate.moving.start import Start, first_progress, positions, require_count
from streams.registry.published import published_ids
from streams.settings import Settings
from streams.transport.commit.appending import send_all
from streams.transport.commit.output_batch import Bounds, Output
from streams.transport.commit.partition_count import declaration
from streams.transport.fetch.log_range import LogRange
from streams.transport.tasks.kafka_clients import changelog_reader, transactional_producer
from streams.transport.tasks.state_owner import latest_progress, owner_of
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.wire.progress import Progress


class Imported(NamedTuple):
    """What an import wrote: rows, of how many; `expired` are from before an erasure, and not taken."""

    rows: int
    of: int
    expired: int
    partitions: int
    same_topics: bool


class ImportWriter:
    """One run."""

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        exports: Exports,
        ids: Mapping[str, str],
        pace: Pace,
        *,
        start: Start | None = None,
        ends: Ends = MappingProxyType({}),
        going_on: GoingOn | None = None,
    ) -> None:
        """`ids` and `ends` are those of the topics here, `start` says which of their records are read.

        With `going_on` it is the same installation.
        """
        self._settings = settings
        self._policy = policy
        self._exports = exports
        self._ids = ids
        self._start = start
        self._ends = ends
        self._pace = pace
        self._going_on = going_on
        self._topics = settings.topics.judged

    async def run(self, *, same: bool) -> Imported:
        """Write what is not there yet; `same`: positions of the export are those of the topics here.

        Raises ConsentryError where the installation has another state.
        """
        settings, exports = self._settings, self._exports
        count = exports.count
        schemas = await published_ids(settings, tries=3)
        written = 0
        async with LiveBus(settings, Pace(None)) as bus:
            found = await self._stored(count)
            self._ends = first_ends(found.values(), self._ends)
            batches = ImportBatches(
                exports,
                settings.topics,
                self._policy,
                OutputEncoder.of(settings, schemas),
                Bounds(settings.transaction_max_records, settings.transaction_max_bytes, 0.0),
                owner=owner_of(settings),
                count=count,
                ends=self._ends,
                named=None if same else own_sources(exports.manifests),
            )
            for number in range(count):
                await self._require_empty(bus, number, found.get(number))
            if same and not any(state.imported for state in found.values()):
                await self._require_count(bus)
            for number in range(count):
                if number not in found:
                    await self._claim(bus, batches, number)
            self._pace.expect(exports.rows)
            for number in range(count):
                state = found.get(number)
                if state is None or state.imported is None or not state.imported.through:
                    written += await self._partition(bus, batches, number, state)
        return Imported(written, exports.rows, exports.expired, count, same)

    async def _stored(self, count: int) -> dict[int, Progress]:
        reader = changelog_reader(self._settings)
        await reader.start()
        try:
            changelog = self._settings.topics.changelog
            return await latest_progress(reader, changelog, range(count))
        finally:
            await reader.stop()

    async def _require_empty(self, bus: LiveBus, number: int, state: Progress | None) -> None:
        """Nothing is stored, or what an import of the same exports stored."""
        changelog = self._settings.topics.changelog
        begun = None if state is None else state.imported
        if state is not None and begun is not None and state.sequence == 0:
            if begun.digest == self._exports.digest:
                return
            raise ConsentryError(
                f"other facts were imported before ({changelog}, partition {number})",
                "To go on with an import name the same files. Facts of several installations are "
                "imported at once: name all files.",
            )
        if state is not None or await _holds(bus, changelog, number):
            raise self._has_state(number)
        if await bus.committed(self._topics, number):
            raise ConsentryError(
                f"the group {self._settings.group_id} has offsets already (partition {number})",
                "Import into a new installation; or delete the offsets of this group, if its "
                "state was deleted on purpose.",
            )

    def _has_state(self, number: int) -> ConsentryError:
        place = f"{self._settings.topics.changelog}, partition {number}"
        return ConsentryError(
            f"this installation has a state already ({place})",
            "Import into a new one: with another application_id, topic_prefix or generation, "
            "or with its changelog deleted and created again.",
        )

    async def _claim(self, bus: LiveBus, batches: ImportBatches, number: int) -> None:
        """Let no worker judge a partition number without the facts that are to come.

        Raises ConsentryError where one was faster.
        """
        producer = transactional_producer(self._settings, number)
        try:
            await producer.start()
            # Nobody else writes any more.
            changelog = self._settings.topics.changelog
            if await _holds(bus, changelog, number, await bus.settled(changelog, number)):
                raise self._has_state(number)
            await _commit(producer, [batches.begun(number)])
        finally:
            await producer.stop()

    async def _require_count(self, bus: LiveBus) -> None:
        names, count = self._settings.topics, self._exports.count
        published = [
            topic
            for topic in (names.violations, names.duties)
            if any([await _holds(bus, topic, number) for number in range(count)])
        ]
        require_count(self._exports.manifests[0], count, published)

    async def _partition(
        self, bus: LiveBus, batches: ImportBatches, number: int, state: Progress | None
    ) -> int:
        """Write a partition number, from where an earlier run stopped; how many rows it took."""
        settings = self._settings
        after = b"" if state is None or state.imported is None else state.imported.after
        logs = {
            topic: LogRange(await bus.start(topic, number), await self._end(bus, topic, number))
            for topic in self._topics
        }
        covered = [one for manifest in self._exports.manifests for one in manifest.covered]
        at = positions(
            number, logs, covered, settings.topics.ticks, self._start, settings.topics.commands
        )
        if self._going_on is not None:
            at = self._going_on.positions(number, at, settings.topics.rekeyed)
        progress = first_progress(
            self._exports.manifests,
            at,
            digest=self._exports.digest,
            count=self._exports.count,
            owner=owner_of(settings),
            topic_ids=self._ids,
        )
        if self._going_on is not None:
            self._going_on.carry(number, progress)
        producer = transactional_producer(settings, number)
        written = 0
        try:
            await producer.start()
            for piece in batches.unfinished(number, after):
                await _commit(producer, piece.outputs)
                written += piece.rows
                self._pace.did(piece.rows)
            beside = declaration(self._exports.count, settings.installation.declaration)
            offsets = {
                TopicPartition(topic, number): OffsetAndMetadata(position, beside)
                for topic, position in at.items()
            }
            last = batches.progress(number, progress)
            await _commit(producer, [last], offsets, settings.group_id)
        finally:
            await producer.stop()
        return written

    async def _end(self, bus: LiveBus, topic: str, number: int) -> int:
        ends = self._ends.get(topic)
        return await bus.end(topic, number) if ends is None else ends[number]


async def _holds(bus: LiveBus, topic: str, number: int, end: int | None = None) -> bool:
    """Whether a record is there. A transaction that was aborted leaves offsets and none."""
    start, end = await bus.start(topic, number), end or await bus.end(topic, number)
    async for records in bus.read(topic, number, start, end):
        if records:
            return True
    return False


async def _commit(
    producer: AIOKafkaProducer,
    outputs: Sequence[Output],
    offsets: Mapping[Any, Any] | None = None,
    group_id: str = "",
) -> None:
    await producer.begin_transaction()
    for delivery in await send_all(producer, outputs):
        await delivery
    if offsets is not None:
        await producer.send_offsets_to_transaction(offsets, group_id)
    await producer.commit_transaction()
