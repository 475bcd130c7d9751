"""What Faust runs in a thread: polls whole batches and watches the membership.

It stays Faust's own service and aiokafka's own consumer. What differs: it runs in the app's loop
(docs/adr/0142); `read_committed`, the connection from our settings, polls that say where they start
and end, and an end of the process when the group has thrown this member out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import aiokafka
from aiokafka import errors
from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

from streams.settings import Settings
from streams.topics.reader import Reader
from streams.transport import process_exit
from streams.transport.client_errors import fail, watch_membership
from streams.transport.fetch.log_range import LogRange, out_of_range
from streams.transport.fetch.poll_batch import OffsetSpan, Polled
from streams.transport.fetch.record_queue import Room
from streams.transport.fetch.session import in_sessions
from streams.transport.fetch.unpacked_records import fetched, lighten
from streams.transport.in_loop import LoopWorker

FETCH_BYTES = 262_144
"""Per partition and fetch: large enough for whole batches, small enough to merge topics."""

FETCH_MAX_BYTES = 16_777_216
"""Of all partitions together, so that the answers to fetches do not grow with their number."""

WATCH_INTERVAL_S = 0.5

_Starts = Mapping[TP, tuple[Any, int]]  # of each place aiokafka's state, and its position


class Thread(stock.AIOKafkaConsumerThread):
    """Faust's consumer thread with polls by batches, without a thread."""

    Worker = LoopWorker
    _poll_task: asyncio.Task[list[Polled]] | None = None
    _short = False
    _full: set[TP]
    """Those that brought more than their room, and are not fetched before they are polled again."""
    _reported: dict[TP, tuple[Any, int | None]]
    """The state of each place and its end, as last reported; states are new after a rebalance."""
    _watch_task: asyncio.Task[None] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the app."""
        settings: Settings = self.app.settings  # type: ignore[attr-defined]  # set in app.py
        return settings

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        settings, conf = self.settings, self.app.conf
        self._assignor = self.app.assignor
        return Reader(
            **settings.connection.consumer_options(),
            client_id=settings.connection.client_name("worker"),
            kept_max_bytes=settings.output_max_bytes,
            group_id=settings.group_id,
            group_instance_id=settings.instance_id,
            partition_assignment_strategy=[self.app.assignor],
            enable_auto_commit=False,
            auto_offset_reset="none",  # positions are always set before polling
            isolation_level="read_committed",
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 1000) * 1000),
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=FETCH_MAX_BYTES,
            fetch_max_wait_ms=500,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(settings.session_timeout_s * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(settings.heartbeat_interval_s * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            check_crcs=conf.broker_check_crcs,
        )

    async def on_start(self) -> None:
        """Start the consumer, and end the process when it is thrown out of the group."""
        self._full, self._reported = set(), {}
        await super().on_start()
        consumer = self._ensure_consumer()
        lighten(consumer._fetcher)
        in_sessions(consumer._fetcher, self._full)
        watch_membership(consumer._coordinator)
        self._watch_task = asyncio.get_running_loop().create_task(self._watch())

    async def on_thread_stop(self) -> None:
        """Stop to watch, then stop as usual."""
        if self._watch_task is not None:
            self._watch_task.cancel()
        await super().on_thread_stop()

    async def _watch(self) -> None:
        """Faust polls past aiokafka's own check, so its errors would never be seen."""
        coordinator = self._ensure_consumer()._coordinator
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            try:
                coordinator.check_errors()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is ends the process
                fail(error, f"group {self.settings.group_id}")

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """End a poll that is under way before anything is given up."""
        if self._poll_task is not None:
            self._poll_task.cancel()
        await super().on_partitions_revoked(revoked)

    async def _gather_remaining_tasks(self) -> None:
        """All tasks of the loop are not this service's."""

    async def hold(self, places: Collection[TP]) -> None:
        """Fetch these places no further; a new assignment fetches them again."""
        self._full.difference_update(places)
        subscription = self._ensure_consumer()._fetcher._subscriptions.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None or not assignment.active:
            return
        for place in assignment.tps & set(places):
            assignment.state_value(place).pause()

    def cut_short(self) -> None:
        """End a poll that waits, or that is about to begin, with what there is."""
        self._short = True
        if self._poll_task is not None:
            self._poll_task.cancel()

    async def poll(self, room: Mapping[TP, Room], timeout: float) -> list[Polled]:
        """What the next poll of the places brings; nothing when the assignment changes.

        A place that brings more than its room is not fetched until it is polled again.
        """
        if self._poll_task is not None and not self._poll_task.done():
            raise RuntimeError("two polls at once")
        polling = self._fetch(room, 0.0 if self._short else timeout)
        task = self._poll_task = asyncio.get_running_loop().create_task(polling)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()  # the one that polls is at its end, not the poll alone
            raise
        finally:
            self._short = False
        return [] if task.cancelled() else task.result()

    async def _fetch(self, room: Mapping[TP, Room], timeout: float) -> list[Polled]:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        subscription = fetcher._subscriptions.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None or not assignment.active or not room.keys() <= assignment.tps:
            return []
        full = self._full & room.keys()
        for place in full:
            assignment.state_value(place).resume()
        self._full -= full
        states = {place: assignment.state_value(place) for place in room}
        # A place has no position before judging has set it.
        starts = {p: (s, s.position) for p, s in states.items() if s.has_valid_position}
        if not starts:
            await asyncio.sleep(timeout)
            return []
        if any(getattr(one, "busy", False) for p, one in fetcher._records.items() if p in starts):
            timeout = 0.0  # there is more to unpack, and nothing to wait for
        records = await fetched(fetcher, starts.keys(), timeout)
        if not assignment.active:
            return []
        outside = records if isinstance(records, errors.OffsetOutOfRangeError) else None
        # Without records positions move too, where there was nothing but the end of a transaction.
        found = {} if records is None or outside is not None else records
        polled = self._moved(starts, found, room, ends=outside is None)
        if outside is not None:
            polled += await self._outside(assignment, *outside.args[0].popitem())
        return polled

    def _moved(
        self, starts: _Starts, records: Mapping[Any, Any], room: Mapping[TP, Room], *, ends: bool
    ) -> list[Polled]:
        """What a poll brought, and how positions moved; with `ends` also new ends of the logs."""
        polled = []
        for place, (state, start) in starts.items():
            end = state.position if state.has_valid_position else start
            found = records.get(place, ())
            new_end = ends and self._reported.get(place) != (state, state.lso)
            if found or end != start or new_end:
                # Now, before the next fetch goes out: what it brought for a place that is not
                # polled would keep aiokafka from fetching the others.
                if room[place].filled_by(found):
                    state.pause()
                    self._full.add(place)
                self._reported[place] = state, state.lso
                span = OffsetSpan(start, end)
                polled.append(Polled(place.topic, place.partition, span, found, state.lso))
        return polled

    async def _outside(self, assignment: Any, place: Any, wanted: int) -> list[Polled]:
        """What to do where the broker does not have the offset that is wanted.

        Ticks that were deleted are passed over, since later ones give the time. Raises
        ConsentryError for any other topic.
        """
        consumer = self._ensure_consumer()
        starts = await consumer.beginning_offsets([place])
        ends = await consumer.end_offsets([place])
        log = LogRange(starts[place], ends[place])
        if log.holds(wanted) or not assignment.active:
            return []  # a leader that was just elected: ask it again
        if place.topic != self.settings.topics.ticks:
            raise out_of_range(place.topic, place.partition, wanted, log)
        if wanted > log.end:
            process_exit.crash(
                "the ticks begin again at lower offsets, as after the topic was recreated",
                topic=place.topic,
                partition=place.partition,
                expected=wanted,
                end=log.end,
            )
        consumer.seek(place, log.start)
        passed = OffsetSpan(wanted, log.start)
        return [Polled(place.topic, place.partition, passed, (), log.end)]

    async def seek_all(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Set the positions of assigned topics and partitions."""
        consumer = self._ensure_consumer()
        if self._poll_task is not None:
            await asyncio.wait([self._poll_task])
        for (topic, partition), offset in positions.items():
            consumer.seek(TopicPartition(topic, partition), offset)

    async def committed_offsets(self, topics: Iterable[str], partition: int) -> dict[str, int]:
        """Committed offsets of one partition number; topics without one are left out."""
        consumer = self._ensure_consumer()
        places = [TopicPartition(topic, partition) for topic in topics]
        offsets = await asyncio.gather(*(consumer.committed(place) for place in places))
        return {
            place.topic: offset
            for place, offset in zip(places, offsets, strict=True)
            if offset is not None
        }
