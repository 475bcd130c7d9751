"""Where a sink's consumer group begins, when it has no committed offsets yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.core.instants import Instant, format_instant
from streams.delivery.catch_up import StateEnd, metadata_of
from streams.errors import ConsentryError
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer
    from aiokafka.errors import OffsetOutOfRangeError

Start = Literal["state", "now", "earliest"] | Instant
"""STATE: what is open now, then what comes. An instant: records from then on."""

Committed = dict[TopicPartition, OffsetAndMetadata]


class Note(Protocol):
    """That a sink has delivered (`BegunNote`)."""

    async def closed_since(self) -> Instant | None:
        """From when on it may have missed closes; None: it never delivered."""

    async def write(self) -> None:
        """Note that it delivers."""


def delivery_consumer(
    settings: Settings,
    group: str | None = None,
    under_way_s: float = 0.0,
    assignor: type[Any] | None = None,
) -> AIOKafkaConsumer:
    """A consumer of what is committed, in a sink's group or in none. Not started.

    The group waits for a member that has a request of `under_way_s` seconds under way.
    """
    from streams.topics.reader import Reader

    return Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("deliver"),
        kept_max_bytes=settings.output_max_bytes,
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        # A deliverer with a lasting name takes its partitions back at once.
        group_instance_id=settings.instance_id if group else None,
        session_timeout_ms=int(settings.session_timeout_s * 1000),
        heartbeat_interval_ms=int(settings.heartbeat_interval_s * 1000),
        **({} if assignor is None else {"partition_assignment_strategy": (assignor,)}),
        # A receiver that is away for a day is no reason to leave the group.
        max_poll_interval_ms=2**31 - 1,
        rebalance_timeout_ms=int((REBALANCE_S + under_way_s) * 1000),
        max_partition_fetch_bytes=settings.output_max_bytes,
    )


SPARE_S: Final = 3.0
"""How much longer than a session it may take until the group knows that somebody is gone."""

REBALANCE_S: Final = 30.0
"""How long the group waits for a member beyond a request that it has under way."""


async def places_of(settings: Settings, reader: AIOKafkaConsumer) -> list[TopicPartition]:
    """Every partition of findings and duties. Raises ConsentryError when a topic is missing."""
    found = []
    for topic in (settings.topics.violations, settings.topics.duties):
        known = await _partitions(reader, topic)
        if not known:
            raise ConsentryError(
                f"no topic {topic} on {settings.connection.bootstrap}",
                "Create the topics with `consentry topics create`.",
            )
        found += [TopicPartition(topic, number) for number in sorted(known)]
    return found


async def _partitions(reader: AIOKafkaConsumer, topic: str) -> frozenset[int]:
    await reader._client.set_topics((topic,))
    return frozenset(reader._client.cluster.partitions_for_topic(topic) or ())


async def committed_in(consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> Committed:
    """Committed offsets of the consumer's group with their metadata, where there are any."""
    # The consumer's own `committed` gives offsets without their metadata.
    found = await consumer._coordinator.fetch_committed_offsets(list(places))
    return {place: one for place, one in found.items() if one.offset >= 0}


async def begin(
    settings: Settings,
    sink: str,
    start: Start | None,
    *,
    again: bool = False,
    closed_since: Instant | None = None,
    note: Note | None = None,
) -> None:
    """Commit where a sink's group begins that has no offset yet.

    `start` is what was asked for, None when nothing was: what is open is caught up with
    then, and what was closed since an instant where one is given. `again` lets a group that
    has delivered begin again. By its `note` a sink is known that has delivered, and whose
    offsets Kafka has forgotten: it may have missed closes. Raises ConsentryError when
    a start is asked of a group that has one, and KafkaError.
    """
    group = settings.delivery_group(sink)
    consumer = delivery_consumer(settings, group)
    await consumer.start()
    try:
        places = await places_of(settings, consumer)
        consumer.assign(places)
        known = await committed_in(consumer, places)
        if known and start is not None and not again:
            raise ConsentryError(
                f"the sink {sink} has delivered before (group {group}), so it cannot start "
                f"from {_words(start)}",
                "Leave --from out to go on where it stopped, or add --again to begin again: "
                "what was delivered is then delivered again.",
            )
        if again or not known:  # else a partition that was added is read from its first record
            where = start or "state"
            if note is not None and where == "state" and not known and closed_since is None:
                closed_since = await note.closed_since()
            first = await starts(consumer, places, where, closed_since)
            await _commit(consumer, first, settings, sink, over=again)
    finally:
        await consumer.stop()
    if note is not None:
        await note.write()


async def starts(
    consumer: AIOKafkaConsumer,
    places: list[TopicPartition],
    start: Start,
    closed_since: Instant | None = None,
) -> Committed:
    """The first offset of each partition by the way of starting."""
    if start == "now":
        return _plain(await consumer.end_offsets(places))
    beginnings: Mapping[TopicPartition, int] = await consumer.beginning_offsets(places)
    if start == "earliest":
        return _plain(beginnings)
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
    if start == "state":
        return {
            place: OffsetAndMetadata(
                beginnings[place], metadata_of(StateEnd(ends[place], closed_since))
            )
            for place in places
        }
    found = await consumer.offsets_for_times(dict.fromkeys(places, int(start)))
    return {
        place: OffsetAndMetadata(one.offset if one is not None else ends[place], "")
        for place, one in found.items()
    }


def _plain(offsets: Mapping[TopicPartition, int]) -> Committed:
    return {place: OffsetAndMetadata(offset, "") for place, offset in offsets.items()}


async def no_longer_there(
    consumer: AIOKafkaConsumer, error: OffsetOutOfRangeError, settings: Settings, sink: str
) -> ConsentryError:
    """What to do where the broker does not have the offset any more at which a sink goes on."""
    place, offset = next(iter(error.args[0].items()))
    start = (await consumer.beginning_offsets([place]))[place]
    end = (await consumer.end_offsets([place]))[place]
    group = settings.delivery_group(sink)
    return ConsentryError(
        f"{place.topic}, partition {place.partition}: the broker no longer has offset "
        f"{offset}, where the sink {sink} is to go on (group {group}); "
        f"the log reaches from {start} to {end} now: records were deleted before they were "
        "delivered, or the topic was deleted and created again",
        f"Deliver what is open now: consentry deliver --sink {sink} --from state --again",
    )


async def _commit(
    consumer: AIOKafkaConsumer,
    offsets: Committed,
    settings: Settings,
    sink: str,
    *,
    over: bool,
) -> None:
    """Commit from outside the group, which must have no members for it.

    One that was killed is a member until its session ends. Without `over` another
    deliverer may be faster, which is as good.
    """
    from aiokafka.errors import KafkaError

    deadline = time.monotonic() + settings.session_timeout_s + SPARE_S
    while True:
        try:
            await consumer.commit(offsets)
        except KafkaError as error:
            if not over and len(await committed_in(consumer, offsets)) == len(offsets):
                return
            if time.monotonic() > deadline:
                raise ConsentryError(
                    f"where the sink {sink} begins cannot be written: {type(error).__name__}",
                    "Another deliverer of this sink runs. Stop it to begin again.",
                ) from None
            await asyncio.sleep(0.5)
        else:
            return


def _words(start: Start) -> str:
    return start if isinstance(start, str) else format_instant(start)
