"""Invariant 3: stop judging, let open transactions end, only then give up or seek.

Slices belong to one assignment.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from streams.transport import faust_driver
from streams.transport.commit.transactions import Committer
from streams.transport.faust_driver import Consumer
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.tasks.assignment import Assignment
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import Ended, run, turns
from tests.invariants.guarantee import Broken, require, within
from tests.invariants.process import Process
from tests.kafka.stories import stories

EVENTS = stories(4)
SESSION_S = 0.3


async def judging(records: int, **settings: Any) -> tuple[Process, asyncio.Event]:
    """A process that has judged something, and whose commit takes until the event is set."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker, open_slices=2, **settings)  # so that every batch is committed at once
    await first.assign(0)
    committing = first.line.held["commit"] = asyncio.Event()
    first.feed(*first.poll(records))
    await turns(lambda: first.line.waiting)
    return first, committing


async def a_commit_is_under_way() -> None:
    """The partition goes to somebody else while its commit is on its way."""
    first, committing = await judging(2)
    giving_up = first.spawn(first.consumer._give_up())
    for _ in range(20):
        await asyncio.sleep(0)
    successor = Process(first.broker)
    if giving_up.done():
        await successor.assign(0)
        committing.set()
    else:
        committing.set()
        await giving_up
        await successor.assign(0)
    await successor.judge_all()
    require(first.code is None, "the rebalance ended a process")
    converged(first.broker, EVENTS)


def test_waiting_for_open_transactions_holds() -> None:
    run(a_commit_is_under_way())


def test_waiting_for_open_transactions_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_committer: Committer) -> None: ...

    monkeypatch.setattr(Committer, "drained", at_once)
    with pytest.raises(Broken, match="the rebalance ended a process"):
        run(a_commit_is_under_way())


async def a_commit_never_ends() -> None:
    """The broker hangs in the middle of a rebalance: the wait is bounded."""
    first, _ = await judging(2, session_timeout_s=SESSION_S)

    async def giving_up() -> None:
        try:
            await first.do(first.consumer._give_up())
        except Ended:
            require(first.code == 70, f"it ended with {first.code}")

    await within(2 * SESSION_S, giving_up(), "the rebalance hangs for longer than a session")


def test_the_bound_of_waiting_holds() -> None:
    run(a_commit_never_ends())


def test_the_bound_of_waiting_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = SimpleNamespace(**{name: getattr(asyncio, name) for name in dir(asyncio)})
    patient.timeout = lambda _seconds: asyncio.timeout(None)
    monkeypatch.setattr(faust_driver, "asyncio", patient)
    with pytest.raises(Broken, match="hangs for longer than a session"):
        run(a_commit_never_ends())


async def slices_are_queued_when_giving_up_begins() -> None:
    """They are judged by the next owner, from the committed offsets."""
    first, committing = await judging(2)
    giving_up = first.spawn(first.consumer._give_up())
    for _ in range(20):
        await asyncio.sleep(0)
    place = first.consumer._kept[0] if 0 in first.consumer._kept else first.consumer.owned[0]
    before = dict(place.progress.positions)
    queued = PollBatch(0, 1, *_next(first))
    first.feed(queued)
    await first.queue.join()
    require(place.progress.positions == before, "a slice was judged while giving up")
    committing.set()
    await giving_up
    again = Process(first.broker)
    await again.assign(0)
    await again.judge_all()
    converged(first.broker, EVENTS)


def _next(process: Process) -> Any:
    """Spans and records of what was polled before, and still waits for the agent."""
    held = Assignment(1, frozenset({0}), 8)
    kept, process.consumer.current_assignment = process.consumer.current_assignment, held
    [poll_batch] = process.poll(2)
    process.consumer.current_assignment = kept
    return poll_batch.spans, poll_batch.records


def test_judging_nothing_while_giving_up_holds() -> None:
    run(slices_are_queued_when_giving_up_begins())


def test_judging_nothing_while_giving_up_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    give_up = Consumer._give_up

    async def waits_before_it_stops(consumer: Consumer) -> None:
        for partition in consumer.owned.values():
            await partition.committer.drained()
        await give_up(consumer)

    monkeypatch.setattr(Consumer, "_give_up", waits_before_it_stops)
    with pytest.raises(Broken, match="judged while giving up"):
        run(slices_are_queued_when_giving_up_begins())


async def a_slice_of_the_last_assignment_comes_late() -> None:
    """The partition was kept; what it holds is read again under the new assignment."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    first.feed(*first.poll(2))
    await first.rest()
    late = first.poll(2)
    await first.assign(0)
    try:
        first.feed(*late)
        await first.judge_all(2)
    except Ended:
        require(False, "a late slice ended the process")  # noqa: FBT003
    converged(broker, EVENTS)


def test_counting_assignments_holds() -> None:
    run(a_slice_of_the_last_assignment_comes_late())


def test_counting_assignments_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Assignment,
        "partition_of",
        lambda assignment, poll_batch: assignment.partitions[poll_batch.partition],
    )
    with pytest.raises(Broken, match="a late slice ended the process"):
        run(a_slice_of_the_last_assignment_comes_late())
