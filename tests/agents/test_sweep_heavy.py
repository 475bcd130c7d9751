"""A sweep and a record at persons of very many rows: neither holds the other up, or undoes it."""

from __future__ import annotations

import pytest

from streams.core.identifiers import parse_subject_key
from streams.core.instants import days, hours
from streams.core.policy import fixed_policy
from streams.core.vocabulary import Status
from tests.agents.long_histories import LENIENT, MANY, batches, in_pieces, judged, of, shares
from tests.agents.world import LATER, World
from tests.core.builders import grant, share, withdraw


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    in_pieces(monkeypatch, rows=3, people=2)


def heavy(*people: str) -> World:
    """None of them is live, and a sweep is due."""
    world = judged(*people)
    world.restart().change(LENIENT)
    world.due = lambda: True  # a sweep has short turns
    return world


def test_a_record_and_a_sweep_build_two_persons_beside_each_other() -> None:
    world = heavy("p-1", "p-2")
    *_, last = [key for _, key in world.rows.walk()]
    world.sweep(1)
    assert world.judge.sweeper.on
    identity = parse_subject_key(last)
    assert identity is not None
    for _ in batches(world, *world.story(*of(identity[1], share(4, id="late")))):
        world.sweep(1)
    world.due = bool
    retracted = [one for one in world.sweep().findings() if one.status is Status.RETRACTED]
    assert len(retracted) == 2 * MANY


def test_who_is_swept_and_built_at_once_is_published_once() -> None:
    world = heavy("p-1")
    while world.judge.sweeper._passing is None:
        world.sweep(1)
    for _ in batches(world, *world.story(*of("p-1", share(4, id="late")))):
        world.sweep(1)
    world.due = bool
    published = [(one.violation_id, one.revision) for one in world.sweep().findings()]
    assert len(published) == len(set(published)) == 2 * MANY


def test_who_a_record_waited_for_when_the_sweep_ended_is_not_swept_as_they_were() -> None:
    world = World()
    world.take(*world.story(*of("p-1", grant(0), *shares(1))))
    world.change(fixed_policy(final_after=hours(2)))
    world.due = lambda: True
    world.judge.subjects.live.bound(1, 1 << 30)
    late, end = of("p-1", share(4, id="late"), withdraw(20))
    for _ in batches(world, *world.story(late, *of("p-2", share(1)), end)):
        if world.judge.sweeper._asked is not None and world.judge.sweeper.on:
            world.due = bool
            world.sweep()
            assert not world.judge.sweeper.on
    world.take(*world.story(*of("p-2", share(2, id="more"))))
    world.tick(LATER + days(10))
    overdue = [one for one in world.findings() if one.code == "RECIPIENT_NOT_NOTIFIED"]
    assert [one.subject_id for one in overdue] == ["p-1"]
