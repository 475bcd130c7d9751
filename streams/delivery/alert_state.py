"""What the alert policy remembers, kept on a compacted topic in one transaction with offsets.

A snapshot is cut into parts, a record each; a record of their number comes first. All of it
and the offsets up to which findings were folded in become visible together, so the process that
takes the sink over goes on as if nothing had happened. The transactional id is the sink's:
starting the producer fences the owner before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.delivery.start_offsets import delivery_consumer
from streams.errors import ConsentryError
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

PART_BYTES: Final = 524_288
_POLL_MS: Final = 200


class AlertState:
    """The state of one sink on its topic."""

    def __init__(self, settings: Settings, sink: str) -> None:
        self._settings = settings
        self._sink = sink
        self._topic = settings.topics.alert_state
        self._group = settings.delivery_group(sink)
        self._parts = 0
        self._producer: AIOKafkaProducer | None = None

    async def take(self) -> None:
        """Become the owner; the one before can write no more. Raises KafkaError."""
        import aiokafka

        await self.close()
        self._producer = aiokafka.AIOKafkaProducer(
            **self._settings.connection.aiokafka_options(),
            client_id=self._settings.connection.client_name("deliver"),
            transactional_id=self._group,
            transaction_timeout_ms=int(self._settings.transaction_timeout_s * 1000),
            acks="all",
            linger_ms=0,
            max_request_size=self._settings.output_max_bytes,
            retry_backoff_ms=5,
        )
        await self._producer.start()

    async def load(self) -> bytes | None:
        """The snapshot that stands; None before there was one.

        Raises ConsentryError when a part of it is missing.
        """
        found = await records_of(self._settings)
        head = found.get(self._key("parts"))
        if head is None:
            return None
        self._parts = int(head)
        keys = [self._key(str(number)) for number in range(self._parts)]
        missing = [key for key in keys if key not in found]
        if missing:
            raise ConsentryError(
                f"{self._topic}: the state of the sink {self._sink} lacks {len(missing)} of "
                f"{len(keys)} parts",
                "Begin again: consentry deliver --sink "
                f"{self._sink} --from state --again. Open alerts are sent again.",
            )
        return b"".join(found[key] for key in keys)

    async def save(
        self, snapshot: bytes, offsets: Mapping[TopicPartition, OffsetAndMetadata]
    ) -> None:
        """Keep the snapshot and commit the offsets, both or neither. Raises KafkaError."""
        producer = self._producer
        assert producer is not None, "not taken"
        parts = [snapshot[at : at + PART_BYTES] for at in range(0, len(snapshot), PART_BYTES)]
        await producer.begin_transaction()
        records: list[tuple[str, bytes | None]] = [("parts", b"%d" % len(parts))]
        records += [(str(number), part) for number, part in enumerate(parts)]
        records += [(str(number), None) for number in range(len(parts), self._parts)]
        sent = [await producer.send(self._topic, value, self._key(k)) for k, value in records]
        for one in sent:
            await one
        if offsets:
            await producer.send_offsets_to_transaction(dict(offsets), self._group)
        await producer.commit_transaction()
        self._parts = len(parts)

    async def close(self) -> None:
        """Give the state up."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()

    def _key(self, part: str) -> bytes:
        return f"{self._sink}/{part}".encode()


async def records_of(settings: Settings) -> dict[bytes, bytes]:
    """Every record of the topic that stands, by key. Raises KafkaError."""
    reader = delivery_consumer(settings)
    await reader.start()
    found: dict[bytes, bytes] = {}
    try:
        place = TopicPartition(settings.topics.alert_state, 0)
        reader.assign([place])
        await reader.seek_to_beginning(place)
        end = (await reader.end_offsets([place]))[place]
        while await reader.position(place) < end:
            for record in (await reader.getmany(place, timeout_ms=_POLL_MS)).get(place, ()):
                if record.value is None:
                    found.pop(record.key, None)
                else:
                    found[record.key] = record.value
    finally:
        await reader.stop()
    return found
