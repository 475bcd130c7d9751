"""Schemas of a registry for what was polled, asked for before anything is mapped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiokafka.structs import TopicPartition

from streams.registry import Registry
from streams.wire.framing import with_schema_header

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

POLL_MS: Final = 500

Polled = Mapping[TopicPartition, Sequence["ConsumerRecord[Any, Any]"]]


async def have_schemas(
    registry: Registry | None, polled: Polled, lets_go: Callable[[], bool]
) -> bool:
    """Have the schemas of framed records in memory; waits while the registry is away.

    False where `lets_go` said so meanwhile. Raises ConsentryError as `Registry.ensure`.
    """
    if registry is None:
        return True
    values = [
        with_schema_header(record.value, record.headers)
        for records in polled.values()
        for record in records
    ]
    asking = asyncio.ensure_future(registry.ensure(values))
    try:
        while not asking.done():
            await asyncio.wait({asking}, timeout=POLL_MS / 1000)
            if lets_go() and not asking.done():
                return False
        await asking
    finally:
        asking.cancel()
    return True
