"""Invariant 6: a stored event is a duplicate, since all that follows from it is stored too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from streams.agents import event_judge
from streams.core.decision import Decision
from streams.core.event_kinds import event_key
from streams.core.identifiers import PayloadHash
from streams.core.instants import Instant
from streams.core.judge import judge
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.commit.transactions import Committer
from tests.invariants.bus import FALSE, LOST, converged, new_broker, progress, send, stands
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.invariants.settings import NAMES
from tests.kafka.stories import stories

EVENTS = stories(2)
MOMENTS = 60
"""More answers of the broker than judging the events takes."""


async def killed_after(answers: int) -> None:
    """A worker is killed after so many answers of the broker; another goes on."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    counted = 0

    async def answered(_name: str) -> None:
        nonlocal counted
        counted += 1
        if counted == answers:
            first.kill()

    first.line.answered = answered
    try:
        await first.judge_all(1)
    except Ended:
        second = Process(broker)
        await second.assign(0)
        await second.judge_all(1)
    converged(broker, EVENTS)


def at_any_moment() -> None:
    """All is judged once, whenever the first worker dies."""
    for moment in range(1, MOMENTS):
        run(killed_after(moment))


def two_transactions(first: Callable[[str], bool]) -> Any:
    """A commit in two: `first` says which topics are written before the others."""
    commit = Committer.commit

    async def divided(committer: Committer, batches: Sequence[OutputBatch]) -> None:
        producer = committer._producer
        early = [o for batch in batches for o in batch.outputs if first(o.topic)]
        if early:
            await producer.begin_transaction()
            for output in early:
                content = producer.create_batch()
                content.append(timestamp=None, key=output.key, value=output.value, headers=[])
                await (await producer.send_batch(content, output.topic, partition=0))
            await producer.commit_transaction()
        for batch in batches:
            batch.outputs = [o for o in batch.outputs if not first(o.topic)]
        await commit(committer, batches)

    return divided


def test_one_transaction_holds() -> None:
    at_any_moment()


def test_one_transaction_bites_rows_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next owner sees a stored event and says nothing."""
    early = two_transactions(lambda topic: topic == NAMES.changelog)
    monkeypatch.setattr(Committer, "commit", early)
    with pytest.raises(Broken, match=LOST):
        at_any_moment()


def test_one_transaction_bites_findings_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next owner knows nothing of what was said."""
    early = two_transactions(lambda topic: topic == NAMES.violations)
    monkeypatch.setattr(Committer, "commit", early)
    with pytest.raises(Broken, match="findings are visible twice"):
        at_any_moment()


async def a_producer_sends_twice() -> None:
    """The same events again, to other places on the topics."""
    broker = new_broker()
    worker = Process(broker)
    await worker.assign(0)
    for _ in range(2):
        send(broker, *EVENTS)
        await worker.judge_all()
    stands(broker, EVENTS)
    row = progress(broker)
    assert row is not None
    duplicates = sum(counters.duplicates for counters in row.counters.values())
    require(duplicates == len(EVENTS), f"{duplicates} of {len(EVENTS)} are called duplicates")
    converged(broker, EVENTS)


def test_knowing_what_is_stored_holds() -> None:
    run(a_producer_sends_twice())


def test_knowing_what_is_stored_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(
        subject: Subject,
        fact: Fact,
        policy: Policy,
        clock: Instant | None,
        most: int | None = None,
    ) -> Decision:
        """As if the hash of the payload were not among those that are stored."""
        if event_key(fact.event) in subject.records:
            fact = msgspec.structs.replace(fact, payload_hash=PayloadHash("f" * 64))
        return judge(subject, fact, policy, clock, most)

    monkeypatch.setattr(event_judge, "judge", forgets)
    with pytest.raises(Broken, match=FALSE):
        run(a_producer_sends_twice())
