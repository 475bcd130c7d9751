"""Faults at exact places, which need no luck: the same events, runtime and fault every time."""

from __future__ import annotations

import time
from typing import NamedTuple

from kafka.errors import KafkaError

from streams.wire.progress import PROGRESS_KEY
from tests.faults.runtime import Runtime
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import START, expected, stories

EVENTS = stories(40)
PATIENCE_S = 90.0
STANDSTILL_S = 30.0
STARTS = 3


class Fault(NamedTuple):
    """Python that a worker's process runs first; `killed` once something is committed."""

    name: str
    source: str
    killed: bool


A_RULE_RAISES = Fault(
    "a rule raises on one event",
    """
from streams.agents import event_judge
judge = event_judge.judge
def broken(subject, fact, *more):
    if fact.event.event_id == "3-fine":
        raise ValueError
    return judge(subject, fact, *more)
event_judge.judge = broken
""",
    killed=False,
)

SLOW_THEN_KILLED = Fault(
    "the broker takes 0.3 s for a row or a transaction's part; kill -9 after a commit",
    """
import asyncio
from aiokafka import AIOKafkaProducer as stock
from streams.transport.commit.direct_producer import DirectProducer as ours
def slow(send):
    async def sending(self, *given, **named):
        if any(isinstance(one, str) and one.endswith("changelog") for one in given):
            await asyncio.sleep(0.3)
        return await send(self, *given, **named)
    return sending
stock.send, stock.send_batch = slow(stock.send), slow(stock.send_batch)
ours.send_batch = slow(ours.send_batch)
""",
    killed=True,
)

FAULTS = (A_RULE_RAISES, SLOW_THEN_KILLED)


class Outcome(NamedTuple):
    """What is missing although every record is committed."""

    events: int
    """Events that are not stored."""

    findings: int


def outcome(bus: Bus, runtime: Runtime, fault: Fault) -> Outcome:
    """A worker with a fault, for as long as it gets on; then sound ones to the end."""
    bus.send(*bus.events(EVENTS))

    def over() -> bool | None:
        left = lag(bus)
        struck = left is not None and (left < len(EVENTS) if fault.killed else left == 0)
        return True if struck or faulty.process.poll() is not None else None

    with bus.start(fault=fault.source, program=runtime.program) as faulty:
        until(over, "the fault strikes", PATIENCE_S)
    for left in reversed(range(STARTS)):
        with bus.start(program=runtime.program) as sound:
            if gets_through(bus, sound):
                break
            assert left, f"not all is committed after {STARTS} starts:\n{sound.text}"
    rows = {one.key for one in bus.read(bus.names.changelog) if one.key != PROGRESS_KEY}
    there = {finding.violation_id for finding in bus.findings()}
    wanted = {name for _, _, name in expected(EVENTS, START)}
    return Outcome(len(EVENTS) - len(rows), len(wanted - there))


def gets_through(bus: Bus, worker: WorkerProcess) -> bool:
    """Whether a worker commits all there is before it ends, or stands still for too long.

    Stock Faust sometimes does nothing after a restart until it is started once more.
    """
    deadline = time.monotonic() + STANDSTILL_S
    before = lag(bus)
    while worker.process.poll() is None and time.monotonic() < deadline:
        left = lag(bus)
        if left == 0:
            return True
        if left != before:
            before, deadline = left, time.monotonic() + STANDSTILL_S
        time.sleep(0.1)
    return False


def lag(bus: Bus) -> int | None:
    """Records that are not committed; None while the broker sets up its first group."""
    try:
        return bus.lag()
    except KafkaError:
        return None
