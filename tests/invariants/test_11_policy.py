"""Invariant 11: what a subject's past was judged under is what it goes on under."""

from __future__ import annotations

import pytest

from streams.core.instants import Instant, hours
from streams.core.policy import Policy, default_policy, fixed_policy
from streams.transport.tasks.judging_basis import JudgingBasis
from tests.invariants.bus import net, new_broker, send
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.invariants.settings import NAMES
from tests.kafka.stories import START, stories

EVENTS = [*stories(3), *stories(3, first=3)]
BEFORE = default_policy()
AFTER = fixed_policy(notify_deadline=hours(24))
CLOCK = Instant(START + hours(48))
"""The deadlines of the one policy have passed by then, those of the other have not."""


async def judged_under(*policies: Policy) -> set[tuple[str, str, str]]:
    """What stands when each policy judged a part in its turn."""
    broker = new_broker()
    share = len(EVENTS) // len(policies)
    for number, policy in enumerate(policies):
        worker = Process(broker, policy=policy, policy_number=number)
        send(broker, *EVENTS[number * share : (number + 1) * share])
        await worker.assign(0)
        await worker.judge_all()
        worker.kill()
    worker = Process(broker, policy=policies[-1], policy_number=len(policies))
    await worker.assign(0)
    for _ in range(2):  # the first finds the search for restored deadlines under way
        broker.append(NAMES.ticks, 0, key=None, value=b"tick", timestamp=CLOCK)
        await worker.judge_all()
    await worker.swept()
    return net(broker)


async def the_past_changes_between() -> None:
    """Findings are those of the last policy, also on what an earlier one judged."""
    mixed = await judged_under(BEFORE, AFTER)
    require(mixed != await judged_under(BEFORE), "the two policies find the same")
    require(mixed == await judged_under(AFTER), "what stands is not what the last policy says")


async def a_worker_knows_an_earlier_policy() -> None:
    """A partition that a later one judged does not go back to it."""
    broker = new_broker()
    send(broker, *EVENTS)
    worker = Process(broker, policy=AFTER, policy_number=2)
    await worker.assign(0)
    await worker.judge_all()
    worker.kill()
    late = Process(broker, policy=BEFORE, policy_number=1)
    try:
        await late.assign(0)
    except Ended:
        require(late.code == 2, "it ends in another way")
        return
    require(late.code is not None, "it judges by the earlier policy")


def test_one_policy_for_a_past_holds() -> None:
    run(the_past_changes_between())


def test_one_policy_for_a_past_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JudgingBasis, "change", lambda *_: None)
    with pytest.raises(Broken, match="not what the last policy says"):
        run(the_past_changes_between())


def test_no_way_back_holds() -> None:
    run(a_worker_knows_an_earlier_policy())


def test_no_way_back_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JudgingBasis, "adopt", lambda *_: False)
    with pytest.raises(Broken, match="earlier policy"):
        run(a_worker_knows_an_earlier_policy())
