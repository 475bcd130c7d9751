"""Whether a partition number is still this process's own, asked of the broker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiokafka.errors import ProducerFenced
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.transport import process_exit

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer


async def require_owned(
    producer: AIOKafkaProducer, group_id: str, partition: int, committed: Mapping[str, int]
) -> None:
    """End the process with code 70 if a started producer was fenced since.

    Somebody else then took the partition number over, and what looks wrong is only what
    that owner did. `committed` are offsets that the group has: a transaction is opened
    with them and aborted, which changes nothing. Without any, nobody has committed, and
    nothing is asked. Raises what the client raises for anything but fencing.
    """
    if not committed:
        return
    offsets = {
        TopicPartition(topic, partition): OffsetAndMetadata(position, "")
        for topic, position in committed.items()
    }
    try:
        await producer.begin_transaction()
        await producer.send_offsets_to_transaction(offsets, group_id)
        await producer.abort_transaction()
    except ProducerFenced:
        process_exit.crash("another worker took the partition over meanwhile", partition=partition)
