"""The inputs' logs beside the state: what was lost before it was judged, and what waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping

from streams.core.instants import Instant
from streams.verify.bus import LiveBus
from streams.verify.input_span import InputSpan
from streams.verify.result import Difference, DifferenceKind, Waiting
from streams.wire.progress import Progress

ENDS_WITHIN_S = 2.0
"""A transaction that ends within so long is one of a producer that is well."""

_PAUSE_S = 0.1


async def lost(bus: LiveBus, progress: Progress, number: int, ticks: str) -> list[Difference]:
    """Topics whose log does not hold the position of the state any more.

    Of ticks nothing is lost: the later ones give the time.
    """
    found = []
    for topic, position in sorted(progress.positions.items()):
        if topic == ticks:
            continue
        start, end = await bus.start(topic, number), await bus.end(topic, number)
        if position < start:
            what = f"the log begins at {start}, and the state ends at {position}"
        elif position > end:
            what = (
                f"the log ends at {end}, and the state ends at {position}: the topic was "
                "deleted and created again, or the end of its log was lost"
            )
        else:
            continue
        found.append(
            Difference(
                kind=DifferenceKind.LOST_INPUT,
                topic=topic,
                partition=number,
                offset=position,
                what=what,
            )
        )
    return found


def passed_over(progress: Progress, spans: Iterable[InputSpan], number: int) -> list[Difference]:
    """Offsets that were deleted and that no record which was read explains.

    From where reading began to where the state ends, every offset is a record that was read,
    lies in a gap that was accepted, or holds no record at all (the marker of a transaction, a
    record of an aborted one). The last are seen in what is retained only, so this speaks of
    topics where that shows none: their producers use no transactions.
    """
    found = []
    for span in spans:
        begin, counters = progress.begins.get(span.topic), progress.counters.get(span.topic)
        if begin is None or counters is None or not begin < span.start < span.end:
            continue
        if span.end - span.start > span.seen.read:
            continue
        accepted = sum(gap.end - gap.start for gap in progress.gaps if gap.topic == span.topic)
        unread = span.end - begin - accepted - counters.read
        if unread > 0:
            found.append(
                Difference(
                    kind=DifferenceKind.LOST_INPUT,
                    topic=span.topic,
                    partition=number,
                    what=f"{unread} records between offset {begin} and {span.start}, where the log "
                    "begins now, were never read, and no gap was accepted",
                )
            )
    return found


def recreated(progress: Progress, ids: Mapping[str, str], number: int) -> list[Difference]:
    """Topics that are not those that the state was made from."""
    return [
        Difference(
            kind=DifferenceKind.LOST_INPUT,
            topic=topic,
            partition=number,
            what=f"it was deleted and created again: its id was {before}, and is {ids[topic]}",
        )
        for topic, before in sorted(progress.topic_ids.items())
        if ids.get(topic, before) != before
    ]


async def waiting(bus: LiveBus, topics: Iterable[str], number: int) -> list[Waiting]:
    """What stands behind transactions that producers have open."""
    found = [await _waiting(bus, topic, number) for topic in topics]
    return [one for one in found if one is not None]


async def _waiting(bus: LiveBus, topic: str, number: int) -> Waiting | None:
    deadline = time.monotonic() + ENDS_WITHIN_S
    wanted = await bus.high(topic, number)
    while (stable := await bus.end(topic, number)) < wanted:
        if time.monotonic() > deadline:
            at = await bus.written_at(topic, number, stable)
            since = None if at is None else Instant(at)
            records = await bus.high(topic, number) - stable
            return Waiting(
                topic=topic, partition=number, offset=stable, records=records, since=since
            )
        await asyncio.sleep(_PAUSE_S)
    return None
