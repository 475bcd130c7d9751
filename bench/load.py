"""Put a stream on the topics: batches that are ready, sent as they are.

python -m bench generator      # how many events a second go out
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.produce import ProduceRequest

from bench.batches import Parameters, Prepared, prepared
from streams.core.vocabulary import EventType
from streams.settings import Settings

REQUEST_TIMEOUT_MS = 30_000
OPEN_REQUESTS = 4
ATTEMPTS = 20
RETRY_S = 0.1

Content = Mapping[str, Mapping[int, bytes]]
"""One batch by topic and partition."""


class Sender:
    """Sends record batches as bytes, over one connection and so in order.

    Made for a cluster of one broker: it leads every partition.
    """

    def __init__(self, settings: Settings) -> None:
        options = settings.connection.aiokafka_options()
        self._client = AIOKafkaClient(**options, request_timeout_ms=60_000)
        self._node: Any = None

    async def __aenter__(self) -> Self:
        await self._client.bootstrap()
        brokers = self._client.cluster.brokers()
        if len(brokers) != 1:
            raise ValueError(f"made for one broker, and there are {len(brokers)}")
        self._node = next(iter(brokers)).nodeId
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def send(self, content: Content) -> None:
        """Send one batch per topic and partition; return when the broker has them.

        Raises KafkaError when it refuses one.
        """
        topics = [(topic, list(batches.items())) for topic, batches in content.items()]
        request = ProduceRequest(None, 1, REQUEST_TIMEOUT_MS, topics)
        answer = await self._client.send(self._node, request)
        for topic, partitions in answer.topics:
            for partition, code, *_ in partitions:
                if code:
                    raise for_code(code)(f"{topic}, partition {partition}")

    async def first(self, content: Content) -> None:
        """Send to new topics, which the broker may not lead yet: try again for a while."""
        for topic, batches in content.items():
            for partition, batch in batches.items():
                await self._patiently({topic: {partition: batch}})

    async def _patiently(self, content: Content) -> None:
        for attempt in range(ATTEMPTS):
            try:
                await self.send(content)
            except KafkaError as error:
                if not error.retriable or attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(RETRY_S)
            else:
                return


async def fill(settings: Settings, events: int, subjects: int) -> float:
    """Send a whole stream to the input topics of settings. Returns the seconds taken."""
    given = Parameters(events=events, subjects=subjects, partitions=settings.partitions)
    return await load(settings, prepared(given), (1, 2))


async def load(settings: Settings, stream: Prepared, stages: Iterable[int]) -> float:
    """Send stages of a stream whole, in order. Returns the seconds that it took."""
    names = settings.topics.inputs
    async with Sender(settings) as sender:
        room = asyncio.Semaphore(OPEN_REQUESTS)
        sending: set[asyncio.Task[None]] = set()
        began = time.perf_counter()

        async def send(content: Content) -> None:
            try:
                await sender.send(content)
            finally:
                room.release()

        for number, batches in enumerate(b for stage in stages for b in stream.time_spans(stage)):
            content: dict[str, dict[int, bytes]] = {}
            for batch, raw in batches:
                content.setdefault(names[EventType(batch.kind)], {})[batch.partition] = raw
            if number == 0:
                await sender.first(content)
                continue
            await room.acquire()
            sending.add(asyncio.create_task(send(content)))
            done = {task for task in sending if task.done()}
            sending -= done
            for task in done:
                task.result()
        await asyncio.gather(*sending)
        return time.perf_counter() - began
