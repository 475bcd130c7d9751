"""`consentry delivery-dead-letters replay`: to the receivers, from the command's own process."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from streams.delivery.circuit import CircuitState
from streams.delivery.counts import SinkStats
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.operate.dead_letters.delivery_plan import DeliveryPlan, Resent
from streams.operate.dead_letters.kept import KeptIn
from streams.operate.dead_letters.reading import read_kept, shelves
from streams.operate.dead_letters.replaying import NotSent
from streams.operate.dead_letters.selection import Selection
from streams.settings import Settings
from streams.sinks.contract import DeliveryStatus
from streams.sinks.load import Configured
from streams.topics import admin_session
from streams.topics.cluster import read_cluster
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace

_LOOK_S: Final = 0.05
_PATIENCE_S: Final = 60.0
"""How long a receiver may take nothing, beyond what an attempt may take."""


class SinkReplay(msgspec.Struct, kw_only=True):
    """What one receiver said. `planned` findings and duties end as `taken`, `refused`, `gone`.

    `gone`: the person has left and the receiver deletes nothing. What is left was not reached;
    `problem` says why.
    """

    planned: int
    taken: int = 0
    refused: int = 0
    gone: int = 0
    problem: str = ""


class DeliveryReplay(msgspec.Struct, frozen=True, kw_only=True):
    """A run. `before` letters were sent again by an earlier one; `not_sent` cannot be."""

    sinks: dict[str, SinkReplay]
    not_sent: Sequence[NotSent]
    before: int
    notes: Sequence[str]

    @property
    def whole(self) -> bool:
        """Whether nothing that was meant was left out."""
        return not self.not_sent and all(
            one.taken + one.gone == one.planned for one in self.sinks.values()
        )


def replay_letters(
    settings: Settings,
    sinks: Mapping[str, Configured],
    selection: Selection,
    *,
    dry_run: bool = False,
) -> DeliveryReplay:
    """Send what receivers refused to them again, each finding or duty as it stands now.

    Raises ConsentryError where Kafka cannot be used.
    """
    return asyncio.run(_replay(settings, sinks, selection, dry_run=dry_run))


async def _replay(
    settings: Settings, sinks: Mapping[str, Configured], selection: Selection, *, dry_run: bool
) -> DeliveryReplay:
    found = await asyncio.to_thread(shelves, settings, frozenset({KeptIn.DELIVERY}))
    plan = DeliveryPlan(selection, sinks, settings.topics)
    results: dict[str, SinkReplay] = {}
    async with LiveBus(settings, Pace(None)) as bus:
        async for letters in read_kept(bus, settings, found.partitions):
            plan.take(letters)
        if plan.settle():
            await _see_topics(settings, bus, plan)
        results = {sink: SinkReplay(planned=count) for sink, count in plan.counts().items()}
        if results and not dry_run:
            dead = DeadLetters(settings)
            await dead.start()
            try:
                for sink, result in results.items():
                    if bus.registry is not None:
                        await bus.registry.ensure(plan.values(sink))
                    loads = list(plan.loads(sink, bus.registry))
                    result.planned = len(loads)
                    await _resend(sinks[sink], loads, result, dead)
            finally:
                await dead.stop()
    return DeliveryReplay(
        sinks=results, not_sent=plan.not_sent, before=plan.before, notes=found.notes
    )


async def _see_topics(settings: Settings, bus: LiveBus, plan: DeliveryPlan) -> None:
    """All that stands on the topics of findings and duties now."""
    names = settings.topics

    def partitions() -> dict[str, int]:
        with admin_session(settings.connection) as client:
            known = read_cluster(client, {names.violations, names.duties}).topics
        return {topic: state.partitions for topic, state in known.items()}

    for topic, count in (await asyncio.to_thread(partitions)).items():
        for number in range(count):
            start, end = await bus.start(topic, number), await bus.end(topic, number)
            async for records in bus.read(topic, number, start, end):
                for record in records:
                    plan.see(record)


async def _resend(
    configured: Configured, resent: Sequence[Resent], result: SinkReplay, dead: DeadLetters
) -> None:
    """Hand all over, a batch at a time, until the receiver no longer takes it."""
    options = configured.options
    sender = SinkSender(configured.name, configured.open(), options, SinkStats())
    interrupt = Interrupt()
    watching = asyncio.create_task(
        _until_nothing_is_taken(sender, interrupt, options.longest_s + _PATIENCE_S)
    )
    try:
        for at in range(0, len(resent), options.batch_max_records):
            part = resent[at : at + options.batch_max_records]
            await _hand_over(sender, part, interrupt, result, dead)
            if interrupt:
                result.problem = sender.problem or "it takes nothing now"
                return
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await sender.close()


async def _hand_over(
    sender: SinkSender,
    part: Sequence[Resent],
    interrupt: Interrupt,
    result: SinkReplay,
    dead: DeadLetters,
) -> None:
    meant = [one for one in part if one.load is not None]

    async def reject(_place: int, reason: str) -> None:
        result.problem = f"refused again: {reason}"

    outcomes = await sender.hand_over([one.load for one in meant], interrupt, reject)
    done = [one for one in part if one.load is None]
    result.gone += len(done)
    for one, outcome in zip(meant, outcomes, strict=True):
        if outcome is None:
            continue
        if outcome.verdict is DeliveryStatus.REJECTED:
            result.refused += 1
        else:
            result.taken += 1
            done.append(one)
    marks = (dead.mark(sender.name, letter) for one in done for letter in one.letters)
    await asyncio.gather(*marks)


async def _until_nothing_is_taken(
    sender: SinkSender, interrupt: Interrupt, patience_s: float
) -> None:
    """A command does not wait for a receiver that is away or busy, as a deliverer does."""
    latest_s, since = sender.stats.latest_s, time.monotonic()
    while sender.circuit.state is CircuitState.CLOSED and time.monotonic() - since < patience_s:
        await asyncio.sleep(_LOOK_S)
        if sender.stats.latest_s != latest_s:
            latest_s, since = sender.stats.latest_s, time.monotonic()
    interrupt.set()
