"""Time is an event: deadlines pass by ticks, of a running worker and of a restarted one."""

from __future__ import annotations

from streams.core.events import RecipientNotification
from streams.core.identifiers import EventId, SubjectId
from streams.core.instants import Instant, hours
from streams.core.vocabulary import DutyStatus, Status
from tests.kafka.harness import Bus
from tests.kafka.stories import (
    CONTROLLER,
    RECIPIENT,
    START,
    expected,
    grant,
    share,
    story,
    withdrawal,
)
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


def test_a_duty_is_remedied_by_a_late_notice_and_cancelled_by_a_grant_in_time(timed: Bus) -> None:
    """O01 to O02 to REMEDIATED; and a re-grant within the term takes the duty back, however late."""
    owed = [
        event
        for subject in ("told", "granted")
        for event in (
            grant(subject, "given", Instant(START - hours(1))),
            share(subject, "share", START),
            withdrawal(subject, "withdrawal", Instant(START + hours(1))),
        )
    ]
    notice = RecipientNotification(
        event_id=EventId("notice"),
        controller_id=CONTROLLER,
        subject_id=SubjectId("told"),
        occurred_at=now(),
        recorded_at=now(),
        recipient_id=RECIPIENT,
    )
    again = grant("granted", "again", Instant(START + hours(73)))
    with timed.worker() as worker:
        timed.send(*timed.events(owed))
        timed.settle(worker)
        timed.tick()
        timed.settle(worker)
        assert overdue(timed) == {"told": Status.OPEN, "granted": Status.OPEN}
        timed.send(*timed.events([notice, again]))
        timed.settle(worker)
    assert overdue(timed) == {"told": Status.REMEDIATED, "granted": Status.RETRACTED}
    duties = {duty.subject_id: duty for duty in timed.duties().values()}
    assert duties[SubjectId("told")].status is DutyStatus.FULFILLED_LATE
    assert duties[SubjectId("told")].notified_at == notice.occurred_at
    assert duties[SubjectId("granted")].status is DutyStatus.CANCELLED


def overdue(bus: Bus) -> dict[str | None, Status]:
    """What was last said of the breach, by subject."""
    codes = [f for f in bus.findings() if f.code == "RECIPIENT_NOT_NOTIFIED"]
    return {finding.subject_id: finding.status for finding in codes}
