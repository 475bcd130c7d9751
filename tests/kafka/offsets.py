"""How far a group is: what it has committed, and where the logs end, asked again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from streams.settings import Settings


class Offsets:
    """Asks with clients that stay open until it is left: to open them costs ten times an answer."""

    def __init__(self, settings: Settings, new_consumer: Callable[[], KafkaConsumer]) -> None:
        self._settings = settings
        self._new_consumer = new_consumer
        self._admin: KafkaAdminClient | None = None
        self._consumer: KafkaConsumer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for client in (self._admin, self._consumer):
            if client is not None:
                client.close()

    def lag(self, topics: Sequence[str]) -> int:
        """Records of topics that are not committed."""
        places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in range(self._settings.partitions)
        ]
        # First what is committed: the transaction that commits a record may re-key it, and ends
        # that were read before would not have what it re-keyed.
        committed = self.committed()
        ends = self.ends(places)
        return sum(ends[p] - committed.get((p.topic, p.partition), 0) for p in places)

    def ends(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offsets after the last records that a `read_committed` reader sees."""
        if self._consumer is None:
            self._consumer = self._new_consumer()
        found: dict[TopicPartition, int] = self._consumer.end_offsets(list(places))
        return found

    def committed(self) -> dict[tuple[str, int], int]:
        """The group's committed offsets."""
        if self._admin is None:
            options = self._settings.connection.kafka_python_options()
            self._admin = KafkaAdminClient(**options)
        found = self._admin.list_group_offsets(self._settings.group_id)
        offsets = found.get(self._settings.group_id, found)
        return {(tp.topic, tp.partition): meta.offset for tp, meta in offsets.items()}
