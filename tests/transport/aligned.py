"""A partition group that was given polls, and what of it is released."""

from __future__ import annotations

from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import PollBatch, Polled

BOUNDS = AlignmentBounds(records=300, bytes=1 << 20, seconds=10.0)


def partition_group(
    *parts: Polled, topics: str = "ab", bounds: AlignmentBounds = BOUNDS
) -> PartitionGroup:
    one = PartitionGroup(0, 1, list(topics), bounds)
    for part in parts:
        one.add(part)
    return one


def released(one: PartitionGroup) -> list[str]:
    """What comes out now, as topic and offset."""
    poll_batch = one.release()
    return [] if poll_batch is None else [f"{r.topic}{r.offset}" for r in poll_batch.records]


def state(one: PartitionGroup) -> str:
    words = ["ready" if one.ready else "", "holding back" if one.waiting else ""]
    return " and ".join(filter(None, words)) or "empty"


def spans(poll_batch: PollBatch | None) -> dict[str, tuple[int, int]]:
    assert poll_batch is not None
    return {topic: (span.start, span.end) for topic, span in poll_batch.spans.items()}
