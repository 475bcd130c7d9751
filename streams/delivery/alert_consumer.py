"""Brings one sink for people what the alert policy makes of the findings.

One deliverer at a time has all partitions of such a sink. What the policy remembers, the
alerts that are on their way with it, and the offsets it has come to are committed in one
transaction (`alert_state`) before the receiver is notified: a crash after it sends the same
alerts again, under the same keys and versions, and one before it has sent nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.alerts.policy import AlertPolicy
from streams.core.instants import Instant
from streams.delivery.alert_state import AlertState
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.fold import fold
from streams.delivery.read_update import Unreadable, read
from streams.delivery.single_member_assignor import SingleMemberAssignor
from streams.delivery.sink_consumer import SinkConsumer
from streams.delivery.worker_metrics_client import first_shares
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.sinks.contract import DeliveryStatus
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.wire.record import Record

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.alerts.options import AlertOptions
    from streams.delivery.sink_sender import SinkSender
    from streams.sinks.options import SinkOptions

SAVE_BYTES_A_S = 1_000_000
"""A large state is saved less often: at most so many bytes a second."""

LOOK_EVERY_MS = 10_000
"""How often the ends of the inputs are asked for."""

log = structlog.get_logger("consentry.deliver")


class AlertConsumer(SinkConsumer):
    """Like `SinkConsumer`; its counts are of alerts, those of findings are the policy's account."""

    assignor = SingleMemberAssignor

    def __init__(
        self,
        settings: Settings,
        options: SinkOptions,
        sender: SinkSender,
        dead: DeadLetters,
        alerts: AlertOptions,
        *,
        again: bool = False,
    ) -> None:
        """`again`: it begins again, so a state that is of no use is dropped."""
        super().__init__(settings, options, sender, dead)
        self._again = again
        self._alerts = alerts
        self._topics = settings.topics
        self._state = AlertState(settings, sender.name)
        self._offsets: dict[TopicPartition, OffsetAndMetadata] = {}
        self._unsaved = False
        self._saved_at = 0.0
        self._size = 0
        self._looked_at = Instant(0)
        self._repeats_s = options.repeats_s
        self._repeated_at = float("-inf")

    async def run(self) -> None:
        """Deliver until `stop`. Raises ConsentryError and KafkaError."""
        try:
            await super().run()
        finally:
            await self._state.close()

    async def _end(self) -> None:
        """Save how the last alerts ended, while the state is still this deliverer's."""
        if self.policy is not None and self._unsaved and self.assigned:
            await self._save(self.policy)

    async def _begin(self) -> None:
        """Fence who was here before, then read where it had come to, then its state."""
        self.policy = None
        self._offsets, self._unsaved = {}, False
        if not self.partitions:
            await self._state.close()
            return
        await self._state.take()
        await super()._begin()
        policy = AlertPolicy(self._alerts, self._sender.name)
        try:
            snapshot = await self._state.load()
            if snapshot is not None:
                self._restore(policy, snapshot)
                self._size = len(snapshot)
        except ConsentryError as error:
            if not self._again:
                raise
            log.warning("alerts.state_dropped", sink=self._sender.name, problem=error.problem)
            self._unsaved = True
        self.policy = policy
        self._repeated_at = float("-inf")

    def _restore(self, policy: AlertPolicy, snapshot: bytes) -> None:
        try:
            policy.restore(snapshot)
        except ValueError as error:
            name = self._sender.name
            raise ConsentryError(
                f"{self._settings.topics.alert_state}: the state of the sink {name} is of no "
                f"use: {error}",
                "Run the release that wrote it, or begin again: consentry deliver --sink "
                f"{name} --from state --again. Open alerts are sent again.",
            ) from None

    async def _deliver(
        self, polled: Mapping[TopicPartition, Sequence[ConsumerRecord[Any, Any]]]
    ) -> None:
        policy = self.policy
        if policy is None:
            return
        self._idle.clear()
        try:
            await self._fold_in(policy, polled)
        finally:
            self._idle.set()

    async def _fold_in(
        self,
        policy: AlertPolicy,
        polled: Mapping[TopicPartition, Sequence[ConsumerRecord[Any, Any]]],
    ) -> None:
        """First what comes of it is saved with the offsets, then it is sent.

        So an alert is sent under one key and version, whichever process sends it in the end.
        """
        now = Instant(int(time.time() * 1000))
        await self._look_at_inputs(policy, now)
        records = [record for several in polled.values() for record in several]
        updates, of_record = await self._selection.take(records, self._catch_up)
        # What is no update ends here; updates end in the policy's account.
        self._stats.counts.read += len(records) - len(updates)
        made = fold(policy, zip(records, of_record, strict=True), updates, now, self._beside)
        made += len(policy.tick(now))
        for place in polled:
            offset = await self.consumer.position(place)
            metadata = self._catch_up.metadata(place, offset)
            self._offsets[place] = OffsetAndMetadata(offset, metadata)
        self._unsaved = self._unsaved or bool(records)
        rested = time.monotonic() - self._saved_at >= self._size / SAVE_BYTES_A_S
        if made or (self._unsaved and rested):
            await self._save(policy)
        await self._deliver_alerts(policy)
        await self._repeat(policy, now)

    def _beside(self, record: Record) -> FindingUpdate | Removal | Unreadable | None:
        """Of a record that is not sent, what the policy may still want; None: nothing."""
        last = self._catch_up.covers(record) and not self._catch_up.superseded(record)
        if record.value is not None and not last:
            return None
        return read(record, self._topics, self._registry)

    async def _repeat(self, policy: AlertPolicy, now: Instant) -> None:
        """Send again what fires, to a receiver that forgets what nobody sends again."""
        rested_s = time.monotonic() - self._repeated_at
        if self._repeats_s is not None and rested_s >= self._repeats_s:
            self._repeated_at = time.monotonic()
            await self._sender.repeat(policy.standing(now), self._interrupt)

    async def _deliver_alerts(self, policy: AlertPolicy) -> None:
        """Hand what is on its way to the receiver; what an interrupt leaves stays on its way."""
        alerts = policy.on_their_way
        if not alerts:
            return
        counts = self._stats.counts
        counts.read += len(alerts)

        async def reject(place: int, reason: str) -> None:
            await self._dead.put_alert(self._sender.name, alerts[place], reason)

        outcomes = await self._sender.hand_over(alerts, self._interrupt, reject)
        for alert, outcome in zip(alerts, outcomes, strict=True):
            if outcome is None:
                counts.returned += 1
            else:
                delivered = outcome.verdict is not DeliveryStatus.REJECTED
                found_at = policy.settle(alert.uid, delivered=delivered)
                self._unsaved = True
                if found_at is not None:
                    self._stats.delays.observe(max(0.0, time.time() - found_at / 1000))

    async def _look_at_inputs(self, policy: AlertPolicy, now: Instant) -> None:
        """What findings do not say, where somebody wants to be notified of it.

        When producers were last heard of, and of how many persons no consent event is known.
        """
        if now - self._looked_at < LOOK_EVERY_MS:
            return
        self._looked_at = now
        if self._alerts.unconsented is not None and self._alerts.unconsented.workers:
            counted = await first_shares(self._alerts.unconsented.workers)
            if counted is not None:
                policy.observe(shared=counted.all, unconsented=counted.unconsented)
        if self._alerts.silence is None:
            return
        inputs = self._settings.topics.input_types
        places = {
            TopicPartition(topic, number): kind.value
            for topic, kind in inputs.items()
            for number in range(self._settings.partitions)
        }
        ends = await self.consumer.end_offsets(list(places))
        moved = policy.moved({f"{at.topic}/{at.partition}": end for at, end in ends.items()})
        # What was there before the first look counts as heard now: nobody knows better.
        heard = {kind for at, kind in places.items() if f"{at.topic}/{at.partition}" in moved}
        policy.observe(dict.fromkeys(heard, now))

    async def _save(self, policy: AlertPolicy) -> None:
        snapshot = policy.snapshot()
        await self._state.save(snapshot, self._offsets)
        self._offsets = {}
        self._unsaved = False
        self._size = len(snapshot)
        self._saved_at = time.monotonic()
