"""Invariant 2: a slice is judged only if it starts where the last one ended."""

from __future__ import annotations

import asyncio

import pytest

from streams.transport.tasks import partition_task
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import Ended, run, turns
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.kafka.stories import stories
from tests.model.broker import Broker

EVENTS = stories(4)


async def then_another(broker: Broker, first: Process) -> None:
    """However the first one fares, another goes on where it ended."""
    try:
        await first.rest()
    except Ended:
        require(first.code == 70, f"it ended with {first.code}")
    first.kill()
    second = Process(broker)
    await second.assign(0)
    await second.judge_all()
    converged(broker, EVENTS)


async def a_slice_is_dropped_on_the_way() -> None:
    """As Faust drops queued slices of an old generation."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    before, _, after = first.poll(2), first.poll(2), first.poll(2)
    first.feed(*before, *after)
    await then_another(broker, first)


async def reading_is_set_back_while_a_transaction_is_open() -> None:
    """To the committed offset, as at the end of a rebalance that waits for nothing."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    committing = first.line.held["commit"] = asyncio.Event()
    committed = dict(first.positions)
    first.feed(*first.poll(2))
    await turns(lambda: first.line.waiting)
    first.positions.update(committed)
    first.feed(*first.poll(2))
    committing.set()
    await then_another(broker, first)


def test_a_gap_holds() -> None:
    run(a_slice_is_dropped_on_the_way())


def test_a_gap_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_task, "follow", lambda _positions, _spans: None)
    with pytest.raises(Broken, match="records were passed over"):
        run(a_slice_is_dropped_on_the_way())


def test_an_overlap_holds() -> None:
    run(reading_is_set_back_while_a_transaction_is_open())


def test_an_overlap_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_task, "follow", lambda _positions, _spans: None)
    with pytest.raises(Broken, match="records were judged twice"):
        run(reading_is_set_back_while_a_transaction_is_open())
