"""Stored subjects are judged again in place, a piece at a time, when the policy changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from streams.agents import sweeper
from streams.agents.sweeper import Sweeper
from streams.core.events import Event
from streams.core.identifiers import SubjectId
from streams.core.instants import Instant, days, hours
from streams.core.policy import Policy, default_policy, fixed_policy
from streams.core.vocabulary import ClosingReason, Status
from streams.policy_file import load_policy
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.wire.decode import Decoded, decode
from tests.agents.world import LATER, NAMES, World
from tests.core.builders import grant, share, withdraw

CASES = Path(__file__).parents[1] / "policy" / "field_cases"
LENIENT = fixed_policy(withdrawal_grace=days(900))
"""A policy under which no withdrawal of these histories has an effect yet."""


def published(world: World) -> list[tuple[str, Status, str | None]]:
    """Each revision: its event, its status and its reason."""
    return [(one.event_id, one.status, one.reason) for one in world.findings()]


def withdrawn(world: World, people: int) -> list[Any]:
    """Records of so many people who withdrew before a share."""
    events: list[Event] = []
    for number in range(people):
        who = SubjectId(f"p-{number:02d}")
        for event in (grant(0), withdraw(1), share(2)):
            named = f"{event.event_id}-{number}"
            events.append(_of(event, who, named))
    return world.story(*events)


def _of(event: Event, who: SubjectId, event_id: str) -> Event:
    return msgspec.structs.replace(event, subject_id=who, event_id=event_id)


def test_what_the_policy_does_not_find_any_more_is_retracted() -> None:
    world = World()
    events = [decode(line, None) for line in (CASES / "orphan.jsonl").read_bytes().splitlines()]
    assert all(isinstance(one, Decoded) for one in events)
    world.take(*world.story(*[one.event for one in events if isinstance(one, Decoded)]))
    [before] = world.findings()
    assert before.status is Status.OPEN
    world.change(load_policy(CASES / "orphan-after.toml")).sweep()
    after = world.findings()[-1]
    assert (after.violation_id, after.revision) == (before.violation_id, 2)
    assert (after.status, after.reason) == (Status.RETRACTED, ClosingReason.POLICY_CHANGED)


@pytest.mark.parametrize(("first", "second"), [("p1", "p2"), ("q1", "q2"), ("p1", "p3")])
def test_ordinary_edits_of_registers_are_taken_up(first: str, second: str) -> None:
    world = World(policy=load_policy(CASES / f"{first}.toml"))
    world.take(*withdrawn(world, 3))
    published = len(world.findings())
    world.change(load_policy(CASES / f"{second}.toml"))
    # A row without a date holds for all time; one for later changes nothing that is stored.
    world.sweep()
    assert not world.judge.sweeper.on
    assert len(world.findings()) == published
    assert world.progress.basis.version == world.policy.version


def test_a_release_with_other_rules_judges_again() -> None:
    world = World()
    world.take(*withdrawn(world, 1))
    world.progress.basis = JudgingBasis(world.policy, rules="1").stored
    world.tick(LATER)
    world.restart()
    assert world.progress.sweep is not None
    assert world.progress.sweep.cause == ClosingReason.RULES_CHANGED
    published = len(world.findings())
    assert len(world.sweep().findings()) == published, "these rules find the same"
    assert world.progress.sweep.through


def test_a_restart_goes_on_where_the_sweep_was() -> None:
    world = World()
    world.take(*withdrawn(world, 20))
    world.change(LENIENT)
    world.due = lambda: True
    world.sweep(8)
    assert world.progress.sweep is not None
    before, place = world.progress.sweep.subjects, world.progress.sweep.place
    assert 4 < before < 20
    world.restart()
    assert world.progress.sweep is not None
    assert world.progress.sweep.place == place
    looked_at = []
    swept = Sweeper._swept

    def counted(self: Sweeper, key: Any, batch: Any) -> bool:
        looked_at.append(key)
        return swept(self, key, batch)

    world.due = bool
    with patch.object(Sweeper, "_swept", counted):
        world.sweep()
    assert len(set(looked_at)) <= 20 - before + 1
    retracted = [one for one in world.findings() if one.status is Status.RETRACTED]
    assert len(retracted) == 20


def test_a_record_of_a_subject_waits_until_the_subject_is_swept() -> None:
    world = World()
    world.take(*withdrawn(world, 10))
    world.change(LENIENT)
    published = len(world.findings())
    world.take(*world.story(_of(share(3), SubjectId("p-07"), "new")))
    retracted = world.findings()[published:]
    assert [(one.subject_id, one.status) for one in retracted] == [("p-07", Status.RETRACTED)]
    assert world.count().read == 11
    assert world.count().balanced
    world.sweep()
    assert len([one for one in world.findings() if one.status is Status.RETRACTED]) == 10


def test_a_subject_of_many_events_takes_several_steps_and_its_records_wait() -> None:
    with patch.object(sweeper, "AT_ONCE", 3):
        world = World()
        shares = [share(2 + n / 60, id=f"s{n:02d}") for n in range(30)]
        world.take(*world.story(grant(0), withdraw(1), *shares))
        world.change(LENIENT)
        world.due = lambda: True
        world.sweep(2)
        assert world.judge.sweeper.on
        world.take(*world.story(share(4, id="late")))
        retracted = [one for one in published(world) if one[1] is Status.RETRACTED]
        assert len(retracted) == 30, "all of them, before the new share"
        world.due = bool
        world.sweep()
    assert len([one for one in published(world) if one[1] is Status.RETRACTED]) == 30


def test_a_deadline_that_passes_sweeps_its_subject_first() -> None:
    world = World(policy=fixed_policy(notify_deadline=hours(24)))
    world.take(*world.story(grant(0), share(1), withdraw(2)))
    world.change(fixed_policy(notify_deadline=hours(24 * 365)))
    world.tick(Instant(LATER + days(2)))
    assert [duty for duty in published(world) if duty[1] is Status.OPEN] == []
    world.sweep()
    assert world.findings() == []


def test_who_leaves_in_the_midst_of_a_sweep_is_gone() -> None:
    world = World(policy=fixed_policy(retention=days(1), arrival_grace=days(1)))
    world.tick(LATER)
    world.take(*withdrawn(world, 5))
    world.change(fixed_policy(retention=days(1), arrival_grace=days(1), withdrawal_grace=days(900)))
    world.due = lambda: True
    world.sweep(3)
    world.due = bool
    for step in range(6):
        world.tick(Instant(LATER + days(400) + step))
    world.sweep()
    assert world.subjects == set()
    assert world.compacted(NAMES.violations) == {}


def test_a_policy_that_says_the_same_of_the_past_begins_no_sweep() -> None:
    world = World()
    world.take(*withdrawn(world, 2))
    world.change(Policy(version="renamed"))
    assert not world.judge.sweeper.on
    assert world.progress.basis.version == Policy(version="renamed").version
    assert default_policy().digest == world.policy.digest


def test_a_policy_that_is_put_right_opens_the_finding_again() -> None:
    """There and back: revisions go on under one address, and nothing is called late."""
    world = World()
    world.take(*withdrawn(world, 1))
    world.change(LENIENT).sweep().change(default_policy()).sweep()
    assert [status for _, status, _ in published(world)] == [
        Status.OPEN,
        Status.RETRACTED,
        Status.OPEN,
    ]
    assert [one.revision for one in world.findings()] == [1, 2, 3]
    assert not world.findings()[-1].late_detected
