"""Writing a policy: one writer at a time, and nothing twice.

A writer takes the transactional id of the topic, which fences any other; reads the log to its end;
and appends the next number in one transaction. A writer that lost in between has written nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiokafka.errors import KafkaError, ProducerFenced

from streams.control import clients
from streams.control.log import ControlLog
from streams.control.read import read_log
from streams.control.record import ControlRecord, encode, load
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import explain

_AROUND_BYTES: Final = 1_024
"""Room for what Kafka puts around a record."""

MakeRecord = Callable[[ControlLog], ControlRecord | None]
"""Gives the record that is to follow a log, or None where nothing is to be written."""


class OvertakenError(ConsentryError):
    """Another writer came in between; nothing was written."""


async def append(settings: Settings, make: MakeRecord) -> ControlRecord | None:
    """Write what `make` gives for the log as it is once nobody else can write.

    Raises OvertakenError where another writer took over, ConsentryError where the log cannot be
    read or the record is too large, and whatever `make` raises. Then nothing was written.
    """
    producer = clients.control_producer(settings)
    try:
        await producer.start()
        record = make(await read_log(settings))
        if record is not None:
            await _write(producer, settings, record)
    except ProducerFenced:
        raise OvertakenError(
            f"{settings.topics.control}: another policy is being applied at this moment; this one "
            "was not written",
            "Look at `consentry policy history`, compare again, and apply again if it still holds.",
        ) from None
    except KafkaError as error:
        raise explain(error, settings.connection) from None
    finally:
        await producer.stop()
    return record


async def _write(producer: Any, settings: Settings, record: ControlRecord) -> None:
    key, value = encode(record)
    require_fits(settings, value)
    # What cannot be loaded would stop every worker.
    load(record, f"the record of policy {record.sequence}")
    topic = settings.topics.control
    await producer.begin_transaction()
    try:
        batch = producer.create_batch()
        batch.append(timestamp=None, key=key, value=value, headers=[])
        await (await producer.send_batch(batch, topic, partition=0))
    except ProducerFenced:
        raise
    except BaseException:
        await producer.abort_transaction()
        raise
    await producer.commit_transaction()


def require_fits(settings: Settings, value: bytes) -> None:
    """Raises ConsentryError for a record that is larger than its topic takes."""
    most = settings.output_max_bytes - _AROUND_BYTES
    if len(value) > most:
        raise ConsentryError(
            f"the policy with its registers takes {len(value)} bytes as a record, and "
            f"{settings.topics.control} takes {most}",
            "Raise output_max_bytes for all commands and workers, and max.message.bytes of the "
            "topic: `consentry topics check` gives the line.",
        )
