"""State says whose it is: another installation's is refused before anybody is fenced."""

from __future__ import annotations

import pytest

from streams.transport.tasks import task_opening, task_restore
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.kafka.stories import stories

EVENTS = stories(4)


async def somebody_else_has_the_same_name() -> None:
    """Another environment's worker has our transactional ids: it refuses, and fences nobody."""
    broker = new_broker()
    send(broker, *EVENTS[:10])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    other = Process(broker, topic_violations="staging.violations")
    try:
        await other.assign(0)
    except Ended:
        require(other.code == 2, f"it ends with code {other.code}")
    send(broker, *EVENTS[10:])
    try:
        await first.judge_all()
    except Ended:
        require(False, f"the owner was fenced, and ends with code {first.code}")  # noqa: FBT003
    converged(broker, EVENTS)


def test_asking_whose_state_it_is_holds() -> None:
    run(somebody_else_has_the_same_name())


def test_asking_whose_state_it_is_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    for step in (task_restore, task_opening):
        monkeypatch.setattr(step, "require_own_state", lambda *_: None)
    with pytest.raises(Broken, match="the owner was fenced"):
        run(somebody_else_has_the_same_name())


def test_asking_before_fencing_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks only what was restored has fenced the owner by then."""

    async def nothing(*_: object) -> dict[int, object]:
        return {}

    monkeypatch.setattr(task_restore, "latest_progress", nothing)
    with pytest.raises(Broken, match="the owner was fenced"):
        run(somebody_else_has_the_same_name())
