"""Faults strike at the call and on the side that they are given."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.faults import sabotage
from tests.faults.sabotage import Step, around

done: list[str] = []


class Target:
    """Something with steps to strike at."""

    async def waits(self) -> None:
        done.append("step")

    def runs(self) -> str:
        done.append("step")
        return "result"


@pytest.mark.parametrize(
    ("after", "came"),
    [(False, ["step", "strike", "step", "step"]), (True, ["step", "step", "strike", "step"])],
)
@pytest.mark.parametrize("name", ["waits", "runs"])
def test_before_or_after_the_call_that_is_due(
    monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool, came: list[str]
) -> None:
    monkeypatch.setattr(Target, name, getattr(Target, name))  # put back at the end
    done.clear()
    around(
        Step(f"{__name__}:Target", name, 3),
        lambda _: done.count("step") == 1,
        lambda: done.append("strike"),
        after=after,
    )
    for _ in range(3):
        target = Target()
        if name == "waits":
            asyncio.run(target.waits())
        else:
            assert target.runs() == "result"
    assert done == came


def test_the_clock_jumps_by_days(monkeypatch: pytest.MonkeyPatch) -> None:
    true_now = time.time()
    monkeypatch.setattr(time, "time", lambda: true_now)
    sabotage.jump(seed=1)
    assert 3_600 < abs(time.time() - true_now) <= sabotage.JUMP_S
