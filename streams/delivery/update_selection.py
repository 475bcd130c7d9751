"""Which records of the topics a sink is sent, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from streams.core.findings import Finding
from streams.delivery.catch_up import CatchUp
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.read_update import Unreadable, read
from streams.delivery.sink_sender import SinkSender
from streams.registry import Registry
from streams.settings import Settings
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.options import SinkOptions

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


class UpdateSelection:
    """Reads records, keeps those that cannot be read, and counts what is not sent."""

    def __init__(
        self,
        settings: Settings,
        options: SinkOptions,
        sender: SinkSender,
        dead: DeadLetters,
        registry: Registry | None,
    ) -> None:
        self._topics = settings.topics
        self._options = options
        self._sender = sender
        self._dead = dead
        self._registry = registry

    async def take(
        self, records: Sequence[ConsumerRecord[Any, Any]], catch_up: CatchUp
    ) -> tuple[list[FindingUpdate | Removal], list[int | None]]:
        """What to send, and for each record its place in it; None: nothing.

        Raises KafkaError where a dead letter cannot be written.
        """
        updates: list[FindingUpdate | Removal] = []
        of_record: list[int | None] = []
        counts = self._sender.stats.counts
        for record in records:
            item = read(record, self._topics, self._registry)
            if isinstance(item, Unreadable):
                await self._dead.put(self._sender.name, record, item.reason)
                counts.dead_lettered += 1
                of_record.append(None)
            elif not self._is_wanted(item) or _is_needless(catch_up, record, item):
                counts.passed_over += 1
                of_record.append(None)
            elif isinstance(item, Removal) and not self._sender.removes:
                counts.not_removable += 1
                of_record.append(None)
            else:
                of_record.append(len(updates))
                updates.append(item)
        return updates, of_record

    def _is_wanted(self, item: FindingUpdate | Removal) -> bool:
        duty = item.duty if isinstance(item, Removal) else not isinstance(item.record, Finding)
        return ("duties" if duty else "findings") in self._options.tell


def _is_needless(
    catch_up: CatchUp, record: ConsumerRecord[Any, Any], item: FindingUpdate | Removal
) -> bool:
    """A state is caught up with by the last record of each key alone."""
    if isinstance(item, Removal):
        return catch_up.superseded(record)
    return catch_up.needless(record, item.record)
