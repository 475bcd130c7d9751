"""A sweep has no turn between the pieces of an erasure, a rebuild, or a person who leaves."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents import rebuilder, retention
from streams.agents.sweeping import Sweeping
from streams.core.instants import Instant, days, hours
from streams.core.policy import fixed_policy
from streams.measures.worker_stats import WorkerStats
from streams.transport.commit.output_batch import Bounds
from tests.agents.ordering import command, order
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import START, share, withdrawal
from tests.transport.records import One

MANY = 11
OTHER_POLICY = fixed_policy(notify_deadline=hours(1), final_after=hours(2))
SHORT = fixed_policy(retention=days(1), arrival_grace=days(1), final_after=hours(1))


@pytest.fixture(autouse=True)
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 4)
    monkeypatch.setattr(rebuilder, "ROWS_AT_ONCE", 4)


def world() -> World:
    """A person of many rows, another one, and a policy of which stored verdicts are not."""
    one = World(Bounds(6, 1 << 20, 1.0), policy=SHORT)
    one.tick(START)
    shares = (share("s", f"{n}", Instant(START + n)) for n in range(MANY))
    other = share("other", "1", Instant(START)), withdrawal("other", "w", Instant(START + 1))
    one.take(*one.story(*shares, *other))
    one.tick(LATER + hours(2))  # labels and duties, so that the next tick has none
    return one


def step(one: World) -> tuple[float, int]:
    """A turn of a sweep, as a worker gives it: the time it took, and what it published."""
    assert one.judge.sweeper.on
    assignment = SimpleNamespace(open=True, partitions={one.partition.number: one.partition})
    app: Any = SimpleNamespace(
        should_stop=False,
        settings=SimpleNamespace(topics=NAMES),
        consumer=SimpleNamespace(current_assignment=assignment),
    )
    before = len(one.kept.batches)
    sweeping = Sweeping(app, lambda: [one.judge], WorkerStats())
    took = sweeping._step(one.judge)
    return took, sum(len(batch.outputs) for batch in one.kept.batches[before:])


def _erase(one: World) -> One:
    return order(one, command("erase", "s"))


def _rebuild(one: World) -> One:
    return order(one, command("rebuild"))


def _leave(one: World) -> One:
    return one.record(None, NAMES.ticks, value=b"t", timestamp=LATER + days(9))


def in_pieces(work: Callable[[World], One]) -> tuple[World, One]:
    """The work is begun and not through."""
    for pieces in range(1, 6):
        one = world()
        record = work(one)
        one.interrupted(record, pieces)
        if one.progress.command is not None or one.progress.leaving:
            return one, record
    raise AssertionError("it was never in pieces")


@pytest.mark.parametrize("work", [_erase, _rebuild, _leave])
@pytest.mark.parametrize("restarted", [False, True])
def test_it_waits_until_that_is_through(work: Callable[[World], One], *, restarted: bool) -> None:
    one, record = in_pieces(work)
    if restarted:
        one.restart()
    one.change(OTHER_POLICY)
    assert step(one) == (0.0, 0)
    one.take(record)
    took, published = step(one)
    assert took > 0
    assert published or work is _leave, "then it sweeps"
