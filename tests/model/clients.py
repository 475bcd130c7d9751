"""Stand-ins for aiokafka's clients with the methods that `streams.transport` uses.

They behave as aiokafka 0.14 does where it matters: a partition is added to the
transaction before anything is produced to it, batches of a partition go out in order,
`commit_transaction` waits for batches that are on their way but not for their success,
and offsets are added to the transaction after their group was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka.structs import TopicPartition

from tests.model.broker import Broker
from tests.model.log import Busy, Content, Offset, Place, Record, Session
from tests.model.wire import Wire

BATCH_RECORDS = 3
"""How many records fit into a batch: few, so that one transaction has several."""

FETCH_RECORDS = 4
"""How many offsets one fetch of a partition brings to a reader."""


class Batch:
    """What `create_batch` gives."""

    def __init__(self) -> None:
        self.contents: list[Content] = []

    def append(
        self,
        *,
        timestamp: int | None,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
    ) -> object:
        """Take one more record, or return None when the batch is full."""
        if len(self.contents) >= BATCH_RECORDS:
            return None
        self.contents.append(Content(key, value, headers, timestamp))
        return object()


class Written(NamedTuple):
    """Where a batch came to stand: aiokafka's RecordMetadata."""

    topic: str
    partition: int
    offset: int


class Producer:
    """A transactional producer (AIOKafkaProducer)."""

    def __init__(self, broker: Broker, wire: Wire, transactional_id: str) -> None:
        self._broker = broker
        self._wire = wire
        self._id = transactional_id
        self._session: Session | None = None
        self._added: dict[Place, asyncio.Task[None]] = {}
        self._last: dict[Place, asyncio.Task[None]] = {}
        self._error: BaseException | None = None
        self.stopped = False

    async def start(self) -> None:
        """Become the owner of the transactional id."""
        self._session = await self._wire.call("init", lambda: self._broker.init_producer(self._id))

    async def partitions_for(self, topic: str) -> set[int]:
        """The partition numbers of a topic."""
        return self._broker.partitions(topic)

    async def begin_transaction(self) -> None:
        """Local, as in aiokafka: the broker learns of it with the first partition."""
        await self._wire.turn()
        self._check()
        self._added.clear()
        self._last.clear()

    def create_batch(self) -> Batch:
        """An empty batch."""
        return Batch()

    async def send_batch(
        self, batch: Batch, topic: str, *, partition: int
    ) -> asyncio.Future[Written]:
        """Send a batch after those before it; the future is its delivery."""
        await self._wire.turn()
        self._check()
        delivery: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        place = (topic, partition)
        before = self._last.get(place)
        self._last[place] = asyncio.create_task(self._send(place, batch, before, delivery))
        return delivery

    async def _send(
        self,
        place: Place,
        batch: Batch,
        before: asyncio.Task[None] | None,
        delivery: asyncio.Future[Written],
    ) -> None:
        session = self._owned()
        try:
            if before is None:
                await self._wire.call("add", lambda: self._broker.add_places(session, [place]))
            else:
                await asyncio.wait([before])
            offsets = await self._wire.call(
                "produce", lambda: self._broker.produce(session, place, batch.contents)
            )
        except Exception as error:  # noqa: BLE001 - it is the delivery's
            if not delivery.done():
                delivery.set_exception(error)
                delivery.exception()  # one that nobody looks at is not worth a warning
            return
        if not delivery.done():
            delivery.set_result(Written(*place, offsets[0]))

    async def send_offsets_to_transaction(
        self, offsets: Mapping[TopicPartition, Any], group_id: str
    ) -> None:
        """Let offsets hold when the transaction commits."""
        assert offsets, "aiokafka would wait for ever"
        session = self._owned()
        await self._wire.call("add group", lambda: self._broker.add_group(session, group_id))
        plain = {(place.topic, place.partition): Offset(*meta) for place, meta in offsets.items()}
        await self._wire.call(
            "offsets", lambda: self._broker.send_offsets(session, group_id, plain)
        )

    async def commit_transaction(self) -> None:
        """Wait until nothing is on its way any more, then commit."""
        session = self._owned()
        if self._last:
            await asyncio.wait(self._last.values())
        await self._wire.call("commit", lambda: self._broker.end(session, commit=True))

    async def abort_transaction(self) -> None:
        """Wait until nothing is on its way any more, then abort."""
        session = self._owned()
        if self._last:
            await asyncio.wait(self._last.values())
        await self._wire.call("abort", lambda: self._broker.end(session, commit=False))

    async def stop(self) -> None:
        """Close the connections; an open transaction stays open."""
        await self._wire.turn()
        self.stopped = True

    def _check(self) -> None:
        if self.stopped:
            raise RuntimeError("the producer is stopped")

    def _owned(self) -> Session:
        self._check()
        if self._session is None:
            raise RuntimeError("the producer was not started")
        return self._session


class Reader:
    """A consumer without a group (AIOKafkaConsumer), `read_committed` or not."""

    def __init__(self, broker: Broker, wire: Wire, *, committed: bool = True) -> None:
        self._broker = broker
        self._wire = wire
        self._committed = committed
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._client = self
        """Its connections, which are asked for topics beforehand."""

    async def set_topics(self, topics: Iterable[str]) -> None:
        """Learn of topics."""
        await self._wire.turn()
        assert all(self._broker.partitions(topic) for topic in topics)

    async def start(self) -> None:
        """Connect."""
        await self._wire.turn()

    async def stop(self) -> None:
        """Close the connections."""
        await self._wire.turn()

    def assign(self, places: Iterable[TopicPartition]) -> None:
        """Read these."""
        self._positions = dict.fromkeys(places, 0)
        self._paused.clear()

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Go on at an offset."""
        self._positions[place] = offset

    def pause(self, *places: TopicPartition) -> None:
        """Fetch these no more."""
        self._paused.update(places)

    async def position(self, place: TopicPartition) -> int:
        """The offset to read next."""
        return self._positions[place]

    async def beginning_offsets(
        self, places: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """The log starts."""
        return await self._wire.call(
            "starts", lambda: {place: self._broker.logs[place].start for place in places}
        )

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The last stable offsets: so aiokafka answers a `read_committed` consumer."""

        def ends() -> dict[TopicPartition, int]:
            logs = {place: self._broker.logs[place] for place in places}
            return {p: log.stable_end if self._committed else log.end for p, log in logs.items()}

        return await self._wire.call("ends", ends)

    async def getmany(
        self, *places: TopicPartition, timeout_ms: int = 0
    ) -> dict[TopicPartition, list[Record]]:
        """What the next fetch brings; positions move past markers and holes."""
        wanted = {p: self._positions[p] for p in places if p not in self._paused}

        def fetch() -> dict[TopicPartition, tuple[list[Record], int]]:
            found = {}
            for place, position in wanted.items():
                log = self._broker.logs[place]
                records, end = log.read(position, FETCH_RECORDS, committed=self._committed)
                if end > position:
                    found[place] = records, end
            if not found:
                raise Busy
            return found

        try:
            async with asyncio.timeout(timeout_ms / 1000):
                found = await self._wire.call("fetch", fetch)
        except TimeoutError:
            return {}
        for place, (_, end) in found.items():
            self._positions[place] = end
        return {place: records for place, (records, _) in found.items() if records}
