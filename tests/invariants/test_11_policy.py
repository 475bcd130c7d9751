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


async def judged_under(*policies: Policy) -> set[tuple[str, str, str]] | None:
    """What stands when each policy judged a part in its turn; None when one was refused."""
    broker = new_broker()
    share = len(EVENTS) // len(policies)
    for number, policy in enumerate(policies):
        worker = Process(broker, policy=policy)
        send(broker, *EVENTS[number * share : (number + 1) * share])
        try:
            await worker.assign(0)
        except Ended:
            assert worker.code == 2
            return None
        await worker.judge_all()
        worker.kill()
    worker = Process(broker, policy=policies[-1])
    await worker.assign(0)
    for _ in range(2):  # the first finds the search for restored deadlines under way
        broker.append(NAMES.ticks, 0, key=None, value=b"tick", timestamp=CLOCK)
        await worker.judge_all()
    return net(broker)


async def the_past_changes_between() -> None:
    """Findings are those of one policy, or the worker refuses."""
    mixed = await judged_under(BEFORE, AFTER)
    if mixed is None:
        return
    pure = [await judged_under(BEFORE), await judged_under(AFTER)]
    require(mixed in pure, "what stands is what neither policy says")


def test_one_policy_for_a_past_holds() -> None:
    run(the_past_changes_between())


def test_one_policy_for_a_past_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JudgingBasis, "check", lambda *_: None)
    with pytest.raises(Broken, match="neither policy"):
        run(the_past_changes_between())
