"""The policy in force on a real broker: one writer at a time, and workers that follow it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from streams.control.in_force import begin, policy_now
from streams.control.log import ControlLog
from streams.control.read import read_control
from streams.control.record import ControlRecord
from streams.control.write import OvertakenError, append
from streams.core.policy import default_policy
from streams.policy_effect import try_on_state
from streams.policy_file import load_policy, standalone
from streams.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import expected, stories
from tests.kafka.test_worker import now
from tests.policy_log.bus import LATER, record, text


def test_two_writers_at_once(bus: Bus) -> None:
    async def write() -> Sequence[object]:
        first = await begin(bus.settings, text(), "worker 1")
        assert first.sequence == 1
        return await asyncio.gather(
            *(append(bus.settings, _following) for _ in range(2)), return_exceptions=True
        )

    found = asyncio.run(write())
    won = [one for one in found if isinstance(one, ControlRecord)]
    assert [one.sequence for one in won] in ([2], [2, 3]), found
    assert all(isinstance(one, ControlRecord | OvertakenError) for one in found), found
    assert [entry.record for entry in read_control(bus.settings).entries[1:]] == won


def _following(log: ControlLog) -> ControlRecord:
    return record(log.sequence + 1, text(LATER))


def test_a_worker_with_another_file_goes_on_with_the_policy_in_force(
    bus: Bus, tmp_path: Path
) -> None:
    other = tmp_path / "past.toml"
    other.write_text('legitimate_interest_mode = "REVIEW"\n')
    with bus.worker() as worker:
        bus.send(*bus.events(stories(5)))
        bus.settle(worker)
        future = standalone(_written(tmp_path / "future.toml"))
        asyncio.run(append(bus.settings, lambda log: record(log.sequence + 1, future)))
        changed = worker.wait_for("policy.changed")
        assert changed["sequence"] == 2
        assert worker.stop()[0] == 0
    with bus.worker(policy_file=other) as worker:
        bus.send(*bus.events(stories(5, 5)))
        bus.settle(worker)
        bus.comes_to(expected(stories(10), now()))
        [differs] = worker.logged("policy.file_differs")
    in_force = policy_now(bus.settings)
    assert (differs["digest"], differs["file_digest"]) == (
        in_force.digest,
        load_policy(other).digest,
    )
    assert in_force.policy.past_digest(now()) == default_policy().past_digest(now())
    assert {finding.policy_version for finding in bus.findings()} >= {in_force.version}
    assert verify(bus.settings, in_force.policy).equal
    assert try_on_state(bus.settings, in_force.policy).nothing
    effect = try_on_state(bus.settings, load_policy(other))
    assert (effect.subjects, effect.partitions) == (10, [0, 1])


def _written(path: Path) -> Path:
    """A policy that decides of the future alone."""
    path.write_text('[[notify_deadline]]\nfrom = 2090-01-01T00:00:00Z\nvalue = "PT24H"\n')
    return path
