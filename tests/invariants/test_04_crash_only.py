"""Invariant 4: agent and committer end the process on what they do not understand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from streams.agents import event_judge
from streams.core.judge import judge
from streams.transport import client_errors, process_exit
from streams.transport.commit import appending, transactions
from streams.transport.tasks import partition_task
from tests.invariants.bus import LOST, converged, new_broker, send, waiting
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.kafka.stories import stories
from tests.model.broker import Broker

EVENTS = stories(4)
LIVES_ON = r"the process lives on, and \d+ records wait"
BROKEN_ON = "1-fine"


async def struck(strike: Callable[[Broker, Process], None], records: int = 2) -> None:
    """Something strikes a process at work; it goes on rightly, or ends and another goes on."""
    broker = new_broker()
    send(broker, *EVENTS[:8])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    send(broker, *EVENTS[8:])
    strike(broker, first)
    try:
        while poll_batches := first.poll(records):
            first.feed(*poll_batches)
            await asyncio.wait_for(first.rest(), 1)
    except TimeoutError:
        pass
    except Ended:
        require(first.code == 70, f"it ended with {first.code}")
        second = Process(broker)
        await second.assign(0)
        await second.judge_all()
    left = waiting(broker)
    require(not left, f"the process lives on, and {left} records wait")
    converged(broker, EVENTS)


@pytest.fixture
def a_rule_raises(monkeypatch: pytest.MonkeyPatch) -> Callable[[Broker, Process], None]:
    """On one record, once: as if a repaired release were started after it."""
    raised: list[Any] = []

    def broken(subject: Any, fact: Any, *rest: Any) -> Any:
        if fact.event.event_id == BROKEN_ON and armed and not raised:
            raised.append(fact)
            raise KeyError
        return judge(subject, fact, *rest)

    armed: list[Process] = []
    monkeypatch.setattr(event_judge, "judge", broken)
    return lambda _broker, process: armed.append(process)


@pytest.fixture
def goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The safeguard taken out: an error is raised as errors are, and its runner goes on."""

    def raised(reason: str, **_: Any) -> None:
        raise RuntimeError(reason)

    monkeypatch.setattr(process_exit, "crash", raised)


def test_an_agent_that_fails_holds(a_rule_raises: Any) -> None:
    run(struck(a_rule_raises))


@pytest.mark.usefixtures("goes_on")
def test_an_agent_that_fails_bites(a_rule_raises: Any) -> None:
    with pytest.raises(Broken, match=LIVES_ON):
        run(struck(a_rule_raises))


@pytest.mark.usefixtures("goes_on")
def test_an_agent_that_fails_bites_worse_without_continuity(
    a_rule_raises: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stock Faust does: the next slice commits past the lost one."""
    monkeypatch.setattr(partition_task, "follow", lambda _positions, _spans: None)
    with pytest.raises(Broken, match="records were passed over"):
        run(struck(a_rule_raises))


def refuses_a_batch(broker: Broker, _process: Process) -> None:
    broker.refusals = 1


def aborts_the_transaction(broker: Broker, process: Process) -> None:
    """As the coordinator does with one that is open for too long."""

    async def once(name: str) -> None:
        if name == "offsets" and not aborted:
            aborted.append(broker.expire(process.settings.transactional_id(0)))

    aborted: list[bool] = []
    process.line.answered = once


@pytest.fixture
def commits_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The safeguard taken out: the committer takes the next batch."""
    monkeypatch.setattr(process_exit, "crash", lambda _reason, **_: None)


@pytest.mark.parametrize("strike", [refuses_a_batch, aborts_the_transaction])
def test_a_transaction_that_fails_holds(strike: Any) -> None:
    run(struck(strike))


@pytest.mark.usefixtures("commits_on")
def test_a_refused_batch_bites() -> None:
    with pytest.raises(Broken, match=LOST):
        run(struck(refuses_a_batch))


@pytest.mark.usefixtures("commits_on")
def test_an_aborted_transaction_bites() -> None:
    with pytest.raises(Broken, match=LIVES_ON):
        run(struck(aborts_the_transaction))


def test_looking_at_every_delivery_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiokafka commits a transaction in which a batch was refused."""
    send_all = appending.send_all

    async def unseen(*given: Any) -> list[Any]:
        await send_all(*given)
        return []

    monkeypatch.setattr(transactions, "send_all", unseen)
    with pytest.raises(Broken, match=LOST):
        run(struck(refuses_a_batch))


def cannot_acknowledge(_broker: Broker, process: Process) -> None:
    """The transaction is committed, and handing back its room fails."""

    def broken(_message: Any) -> bool:
        raise KeyError

    consumer: Any = process.consumer
    consumer.ack = broken


def test_a_committer_that_fails_holds() -> None:
    run(struck(cannot_acknowledge))


@pytest.mark.usefixtures("goes_on")
def test_a_committer_that_fails_bites() -> None:
    """Its task is no more, and nobody commits what is judged."""
    with pytest.raises(Broken, match=LIVES_ON):
        run(struck(cannot_acknowledge))


class Coordinator:
    """aiokafka's, as far as being thrown out of the group goes."""

    def __init__(self) -> None:
        self.generation = 3
        self._closing: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def reset_generation(self) -> None:
        """What it calls on UNKNOWN_MEMBER_ID and ILLEGAL_GENERATION; then it joins again."""
        self.generation = -1


async def the_group_no_longer_knows_it() -> None:
    """It was silent for too long, or another process has its instance id."""
    process, coordinator = Process(new_broker()), Coordinator()
    client_errors.watch_membership(coordinator)

    async def thrown_out() -> None:
        coordinator.reset_generation()

    try:
        await process.do(thrown_out())
    except Ended:
        assert process.code == 70
    require(coordinator.generation > 0, "it joins again with memory that others overtook")


def test_being_thrown_out_holds() -> None:
    run(the_group_no_longer_knows_it())


def test_being_thrown_out_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_errors, "watch_membership", lambda _coordinator: None)
    with pytest.raises(Broken, match="it joins again"):
        run(the_group_no_longer_knows_it())
