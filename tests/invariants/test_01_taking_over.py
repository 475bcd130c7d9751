"""Invariant 1: fence, then read the offsets, then restore, then judge from the offsets.

The predecessor has a transaction open whose commit may arrive at any moment of the
successor's start.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.invariants import without_faust
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import Ended, run, turns
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.kafka.stories import stories
from tests.model.clients import Producer

EVENTS = stories(4)
STEPS = 12
"""More answers of the broker than a start has."""


class LateProducer(Producer):
    """Fences with its first transaction, when the predecessor's changes are read already."""

    started = False

    async def start(self) -> None:
        """Do nothing yet."""

    async def begin_transaction(self) -> None:
        if not self.started:
            self.started = True
            await super().start()
        await super().begin_transaction()


async def predecessor_commits_at(step: int, producer: type[Producer]) -> None:
    """The successor starts; after so many answers the predecessor's commit arrives."""
    broker = new_broker()
    send(broker, *EVENTS[:10])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    send(broker, *EVENTS[10:15])
    released = first.line.held["commit"] = asyncio.Event()
    first.feed(*first.poll())
    await turns(lambda: first.line.waiting)
    second = Process(broker, producer=producer)
    answers = 0

    async def answered(_name: str) -> None:
        nonlocal answers
        answers += 1
        if answers == step:
            released.set()
            for _ in range(20):
                await asyncio.sleep(0)

    second.line.answered = answered
    try:
        await second.assign(0)
        released.set()
        send(broker, *EVENTS[15:])
        await second.judge_all()
    except Ended:
        require(False, f"the successor refuses with code {second.code}")  # noqa: FBT003
    converged(broker, EVENTS)


def fenced_first(producer: type[Producer] = Producer) -> None:
    """Whenever the predecessor's commit arrives, all is judged once."""
    for step in range(STEPS):
        run(predecessor_commits_at(step, producer))


def test_fencing_first_holds() -> None:
    fenced_first()


def test_fencing_first_bites() -> None:
    with pytest.raises(Broken, match="visible twice"):
        fenced_first(LateProducer)


async def offsets_are_asked_for(before_fencing: bool) -> None:  # noqa: FBT001
    """The predecessor commits as the successor starts, before it is fenced."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    second = Process(broker)
    if before_fencing:
        second.offsets = broker.committed(second.settings.group_id, 0)
    await first.judge_all()
    try:
        await second.assign(0)
    except Ended:
        require(False, f"the successor refuses with code {second.code}")  # noqa: FBT003
    await second.judge_all()
    converged(broker, EVENTS)


def test_offsets_after_fencing_hold() -> None:
    run(offsets_are_asked_for(before_fencing=False))


def test_offsets_after_fencing_bite() -> None:
    """Harmless only because the state is compared with them (invariant 7)."""
    with pytest.raises(Broken, match="the successor refuses with code 2"):
        run(offsets_are_asked_for(before_fencing=True))


async def a_worker_starts_again() -> None:
    """It judges on from the committed offsets."""
    broker = new_broker()
    send(broker, *EVENTS[:10])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    first.kill()
    send(broker, *EVENTS[10:])
    second = Process(broker)
    await second.assign(0)
    try:
        await second.judge_all()
    except Ended:
        require(False, f"it ends with code {second.code} at every start")  # noqa: FBT003
    converged(broker, EVENTS)


def test_judging_from_the_committed_offsets_holds() -> None:
    run(a_worker_starts_again())


def test_judging_from_the_committed_offsets_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read from elsewhere does not continue, which invariant 2 finds."""

    async def stays(_thread: Any, _positions: Any) -> None: ...

    monkeypatch.setattr(without_faust.Thread, "seek_all", stays)
    with pytest.raises(Broken, match="it ends with code 70 at every start"):
        run(a_worker_starts_again())
