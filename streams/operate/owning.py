"""Owning a partition number for a moment, to write one change into its progress row.

As a worker takes over: the producer with the partition's transactional id fences the worker
that runs, then state and offsets are read and compared, and one transaction writes the row.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import explain
from streams.transport.commit.appending import send_all
from streams.transport.commit.output_batch import Output
from streams.transport.tasks import preconditions
from streams.transport.tasks.kafka_clients import changelog_reader, transactional_producer
from streams.transport.tasks.settling import SETTLING_S
from streams.transport.tasks.state_owner import latest_progress
from streams.verify.bus import LiveBus
from streams.wire.progress import PROGRESS_KEY, Progress, encode_progress

TRIES: Final = 5
_PAUSE_S: Final = 0.1

_Found = TypeVar("_Found")
Change = Callable[[Progress], tuple[bool, _Found]]
"""Changes a progress row in place; whether it is to be written, and what to answer."""


async def change_progress(
    settings: Settings, bus: LiveBus, number: int, change: Change[_Found]
) -> _Found:
    """Own the partition number, change its progress row, and let go of it.

    Raises ConsentryError where state and offsets do not agree, or where workers take the
    partition over again and again; and whatever `change` raises.
    """
    for _ in range(TRIES):
        with suppress(ProducerFenced):
            return await _change(settings, bus, number, change)
    raise ConsentryError(
        f"partition {number} is taken over again and again by workers that start",
        "Stop the workers for a moment, and say it again.",
    )


async def _change(settings: Settings, bus: LiveBus, number: int, change: Change[_Found]) -> _Found:
    producer = transactional_producer(settings, number)
    try:
        await producer.start()
        progress = await stored_progress(settings, number)
        await _require_agrees(settings, bus, number, progress)
        changed, answer = change(progress)
        if changed:
            await _commit(producer, settings.topics.changelog, number, progress)
        return answer
    except KafkaError as error:
        if isinstance(error, ProducerFenced):
            raise
        raise explain(error, settings.connection) from None
    finally:
        await producer.stop()


async def _commit(
    producer: AIOKafkaProducer, changelog: str, number: int, progress: Progress
) -> None:
    await producer.begin_transaction()
    row = Output(changelog, number, PROGRESS_KEY, encode_progress(progress))
    for delivery in await send_all(producer, [row]):
        await delivery
    await producer.commit_transaction()


async def stored_progress(settings: Settings, number: int) -> Progress:
    """The progress row at the end of the changelog. Raises ConsentryError where there is none."""
    changelog = settings.topics.changelog
    reader = changelog_reader(settings)
    await reader.start()
    try:
        found = (await latest_progress(reader, changelog, (number,))).get(number)
    finally:
        await reader.stop()
    if found is None:
        raise ConsentryError(
            f"{changelog}, partition {number}, holds no state that this release reads",
            "Start a worker once, of the release of this command; it says where it stops.",
        )
    return found


async def _require_agrees(
    settings: Settings, bus: LiveBus, number: int, progress: Progress
) -> None:
    """Check that the state ends where the committed offsets are; they may show a little later."""
    names = settings.topics
    topics = names.judged
    deadline = time.monotonic() + SETTLING_S
    while progress.differences(committed := await bus.committed(topics, number)):
        if time.monotonic() > deadline:
            preconditions.progress_agrees(progress, committed, names.changelog, number)
        await asyncio.sleep(_PAUSE_S)
