"""Our own worker with safeguards taken out: called in its process, before it starts.

Runtime(name="...", program="from tests.control import safeguards; safeguards.continuity()\\n" + WORKER)
"""

from __future__ import annotations

import time
from typing import Any

from streams.agents import event_judge
from streams.transport import consumer_thread
from streams.transport.fetch import record_queue
from streams.transport.tasks import partition_task


def busy() -> None:
    """No safeguard: each event takes 2 ms more, so that poll batches are queued when hands change."""
    holder: Any = event_judge
    judge = holder.judge

    def slowly(*given: Any) -> Any:
        time.sleep(0.002)
        return judge(*given)

    holder.judge = slowly


def continuity() -> None:
    """Invariant 2: poll batches are judged wherever they start, and polls are taken as they come."""
    checking: Any = partition_task
    checking.follow = lambda _positions, _spans: None
    holder: Any = record_queue.RecordQueue
    add = holder.add

    def takes_all(topic: Any, part: Any) -> None:
        if topic.end is not None:
            topic.end = part.span.start
        add(topic, part)

    holder.add = takes_all


def seeking() -> None:
    """Invariants 1 and 3: after a rebalance reading goes on where polls had come to.

    So did the spike: it left the position to Faust, which seeks to what it has read, and
    drops what it has queued.
    """
    read: dict[tuple[str, int], int] = {}
    holder: Any = consumer_thread.Thread
    fetch, seek = holder.poll, holder.seek_all

    async def poll(consumer: Any, *given: Any) -> Any:
        polled = await fetch(consumer, *given)
        for part in polled:
            read[part.topic, part.partition] = part.span.end
        return polled

    async def seek_on(consumer: Any, positions: Any) -> None:
        kept = {place: max(at, read.get(place, at)) for place, at in positions.items()}
        read.clear()
        await seek(consumer, kept)

    holder.poll, holder.seek_all = poll, seek_on
