"""Sending a command to the workers, and waiting for what they did of it (docs/adr/0100)."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import aiokafka
import msgspec
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.core.instants import Instant, format_instant
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import explain, require_reachable
from streams.topics.reader import Reader
from streams.wire.commands import (
    FORMAT,
    TEXT_MAX,
    Command,
    CommandResult,
    ConcernedPerson,
    decode_result,
    encode_command,
)

_POLL_MS: Final = 200

Answered = Callable[[int, int], object]
"""Gets how many partitions have answered since the last call, and of how many."""


class SentCommand(NamedTuple):
    """A command that was sent, with what came back in time.

    `waiting` are the partition numbers without a result yet: they carry it out all the same, as
    soon as a worker reads it.
    """

    command_id: str
    results: tuple[CommandResult, ...]
    waiting: tuple[int, ...]


def command_of(
    kind: str, person: ConcernedPerson | None, *, who: str, why: str, ticket: str | None
) -> Command:
    """A command that can be sent. Raises ConsentryError for a text that says nothing."""
    for name, value in (("who", who), ("why", why), ("ticket", ticket)):
        if value is not None and not (len(value.strip()) > 0 and len(value) <= TEXT_MAX):
            raise ConsentryError(
                f"{name}: allowed: a text of 1 to {TEXT_MAX} characters",
                "It stands in the command: state the reason, and name no person.",
            )
    at = format_instant(Instant(int(time.time() * 1000)))
    return Command(format=FORMAT, kind=kind, person=person, who=who, why=why, ticket=ticket, at=at)


def send(
    settings: Settings,
    command: Command,
    chosen: Callable[[int], Iterable[int]],
    wait_s: float,
    answered: Answered,
) -> SentCommand:
    """Send a command to some partitions, and wait for the results.

    `chosen` gives the partition numbers for their count. Raises UnreachableError where no broker
    answers, ConsentryError where a topic is missing, refused, or a partition does not exist.
    """
    require_reachable(settings.connection)
    try:
        return asyncio.run(_send(settings, command, chosen, wait_s, answered))
    except KafkaError as error:
        raise explain(error, settings.connection) from None


async def _send(
    settings: Settings,
    command: Command,
    chosen: Callable[[int], Iterable[int]],
    wait_s: float,
    answered: Answered,
) -> SentCommand:
    reader = Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("command"),
        kept_max_bytes=settings.output_max_bytes,
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
    )
    command_id = str(uuid.uuid4())
    try:
        await reader.start()
        numbers = await _numbers(reader, settings, chosen)
        places = [TopicPartition(settings.topics.command_results, one) for one in numbers]
        reader.assign(places)
        for place, end in (await reader.end_offsets(places)).items():
            reader.seek(place, end)
        await _write(settings, command_id, encode_command(command), numbers)
        results = await _results(reader, command_id, set(numbers), wait_s, answered)
    finally:
        await reader.stop()
    found = tuple(results[one] for one in sorted(results))
    return SentCommand(command_id, found, tuple(one for one in numbers if one not in results))


async def _numbers(
    reader: Any, settings: Settings, chosen: Callable[[int], Iterable[int]]
) -> list[int]:
    names = settings.topics
    topics = names.commands, names.command_results
    await reader._client.set_topics(topics)
    counts = {topic: len(reader.partitions_for_topic(topic) or ()) for topic in topics}
    for topic, count in counts.items():
        if not count:
            raise ConsentryError(
                f"the topic {topic} does not exist",
                "`consentry topics create` makes it; nothing else is touched.",
            )
    count = min(counts.values())
    numbers = sorted(set(chosen(count)))
    if not all(0 <= one < count for one in numbers):
        raise ConsentryError(
            f"{names.commands} has no partition {numbers[-1]}",
            f"The topics have the partitions 0 to {count - 1}.",
        )
    return numbers


async def _write(settings: Settings, command_id: str, value: bytes, numbers: list[int]) -> None:
    producer = aiokafka.AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("command"),
        acks="all",
        linger_ms=0,
    )
    try:
        await producer.start()
        for number in numbers:
            batch = producer.create_batch()
            batch.append(timestamp=None, key=command_id.encode(), value=value, headers=[])
            await (await producer.send_batch(batch, settings.topics.commands, partition=number))
    finally:
        await producer.stop()


async def _results(
    reader: Any, command_id: str, wanted: set[int], wait_s: float, answered: Answered
) -> dict[int, CommandResult]:
    results: dict[int, CommandResult] = {}
    deadline = time.monotonic() + wait_s
    while len(results) < len(wanted) and time.monotonic() < deadline:
        for records in (await reader.getmany(timeout_ms=_POLL_MS)).values():
            for record in records:
                if not (record.key or b"").startswith(command_id.encode()):
                    continue
                with suppress(msgspec.MsgspecError):
                    results.setdefault(record.partition, decode_result(record.value or b""))
                    answered(1, len(wanted))
    return results
