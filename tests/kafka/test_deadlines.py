"""Time is an event: deadlines pass by ticks, of a running worker and of a restarted one."""

from __future__ import annotations

from streams.core.vocabulary import DutyStatus
from tests.kafka.harness import Bus
from tests.kafka.stories import expected, story
from tests.kafka.test_worker import now


def test_a_duty_is_overdue_after_a_tick_and_not_before(timed: Bus) -> None:
    events = story(3)
    with timed.worker() as worker:
        timed.send(*timed.events(events))
        timed.settle(worker)
        assert {duty.status for duty in timed.duties().values()} == {DutyStatus.DUE}
        before = timed.net()
        timed.tick()
        timed.settle(worker)
        assert timed.net() == expected(events, now()) > before
        assert {duty.status for duty in timed.duties().values()} == {DutyStatus.OVERDUE}
        timed.tick(2)
        timed.settle(worker)
    assert timed.net() == expected(events, now())
    counters = timed.counters(timed.names.ticks)
    assert counters.read == counters.judged == 6


def test_a_restarted_worker_raises_what_fell_due_while_it_was_down(timed: Bus) -> None:
    events = story(4)
    with timed.worker() as first:
        timed.send(*timed.events(events))
        timed.settle(first)
    with timed.worker() as second:
        # The first tick starts the search for restored deadlines, which the second sees.
        timed.tick()
        timed.settle(second)
        timed.tick()
        timed.settle(second)
    assert timed.net() == expected(events, now())
