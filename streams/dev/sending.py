"""Send events onto the input topics: right topic, right key, right partition, in pace."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from streams.core.vocabulary import EventType
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.codecs import Compression, producer_option

if TYPE_CHECKING:
    from streams.transport.same_topics import SameTopics

# The library reports every retry, which is its own business and ends well; where no log is
# set up that would land on the terminal.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())

_IN_FLIGHT = 4_000
"""Records that may wait for the broker's word; more only costs memory."""

IN_FLIGHT_BYTES = 33_554_432
"""Bytes of them; records of a megabyte each would otherwise take gigabytes."""

_PAUSE_S = 0.02


class Outgoing(NamedTuple):
    """A record to send.

    Its partition comes from the key by murmur2, as Kafka's own clients choose it.
    """

    topic: EventType
    key: bytes | None
    value: bytes


async def send(
    settings: Settings,
    records: Iterable[Outgoing],
    *,
    rate: float | None = None,
    compression: Compression = "none",
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Send all `records` in order and return how many, once the broker has them all.

    `rate` is records a second; None sends as fast as the broker takes them. `progress`
    gets the number sent, now and then. `compression` says how batches are packed. A
    record is written once even if the broker has to be asked again. Raises ConsentryError
    when an input topic is missing, the broker cannot be reached or refuses records, or the
    codec is missing here.
    """
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

    from streams.topics import explain
    from streams.transport.same_topics import SameTopics

    same = SameTopics(
        tuple(settings.topics.inputs.values()),
        doing="filled",
        remedy="What was sent before is gone: send all of it again.",
    )
    require_inputs(settings, same)
    names = settings.topics.inputs
    producer = AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("produce"),
        enable_idempotence=True,
        compression_type=producer_option(compression),
        linger_ms=5,
        request_timeout_ms=20_000,
    )
    sent = 0
    try:
        await producer.start()
        try:
            waiting: deque[tuple[asyncio.Future[object], int]] = deque()
            held = 0
            pace = _Pace(rate)
            for record in records:
                await pace.wait(sent)
                size = len(record.value)
                held += size
                waiting.append(
                    (await producer.send(names[record.topic], record.value, key=record.key), size)
                )
                sent += 1
                while len(waiting) >= _IN_FLIGHT or held > IN_FLIGHT_BYTES:
                    future, size = waiting.popleft()
                    await future
                    held -= size
                if sent % 200 == 0:
                    progress(sent)
            for future, _ in waiting:
                await future
        finally:
            await producer.stop()
    except KafkaError as error:
        # The client says "timed out" of a topic that is gone.
        require_inputs(settings, same)
        raise explain(error, settings.connection) from None
    require_inputs(settings, same)
    progress(sent)
    return sent


def require_inputs(settings: Settings, same: SameTopics | None = None) -> None:
    """Raise ConsentryError when the broker is away or an input topic is missing.

    `same`: also when one is another than at the first look.
    """
    from streams.topics import admin_session
    from streams.topics.cluster import read_cluster
    from streams.transport.tasks.log_watch import topic_views

    names = list(settings.topics.inputs.values())
    with admin_session(settings.connection) as client:
        there = read_cluster(client, names).topics
        if same is not None:
            same.look(topic_views(client, same.topics))
    missing = [name for name in names if name not in there]
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create`.",
        )


class _Pace:
    """Lets records through at a steady rate, in small bursts rather than one by one."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._began = time.monotonic()

    async def wait(self, sent: int) -> None:
        """Return when the next record after `sent` ones is due."""
        if self._rate is None:
            return
        ahead = sent / self._rate - (time.monotonic() - self._began)
        if ahead > _PAUSE_S:
            await asyncio.sleep(ahead)
