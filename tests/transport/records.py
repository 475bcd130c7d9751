"""Records and polls for tests of the transport."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.transport.fetch.poll_batch import OffsetSpan, Polled


class One(NamedTuple):
    """A record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def polled(
    topic: str,
    start: int,
    times: Sequence[int],
    *,
    end: int | None = None,
    stable_end: int | None,
    partition: int = 0,
) -> Polled:
    """Records with these times from offset `start` on, without holes but at the end."""
    records = [One(topic, partition, start + at, time) for at, time in enumerate(times)]
    last = start + len(times) if end is None else end
    return Polled(topic, partition, OffsetSpan(start, last), records, stable_end)
