"""The demo's clock: ticks that begin when the past has been played.

A worker of today that is given the past judges every old deadline at once, and takes
the finding back when the notification that met it follows. True, but not worth seeing:
so the demo writes the ticks itself, as a scheduler of one's own may (`tick_source`).
"""

from __future__ import annotations

import asyncio

from streams.settings import Settings

_INTERVAL_S = 0.5


async def tick(settings: Settings) -> None:
    """Write ticks to all partitions until cancelled; the broker stamps them.

    Raises ConsentryError where the broker is away.
    """
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

    from streams.topics import explain

    producer = AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("demo-clock"),
    )
    try:
        await producer.start()
        while True:
            for number in range(settings.partitions):
                await producer.send_and_wait(settings.topics.ticks, b"tick", partition=number)
            await asyncio.sleep(_INTERVAL_S)
    except KafkaError as error:
        raise explain(error, settings.connection) from None
    finally:
        await producer.stop()
