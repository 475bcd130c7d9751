"""Time is an event: deadlines pass by ticks, of a running worker and of a restarted one."""

from __future__ import annotations

from pathlib import Path

from streams.core.events import RecipientNotification
from streams.core.findings import Finding
from streams.core.identifiers import EventId, SubjectId, ViolationId
from streams.core.instants import Instant, hours
from streams.core.vocabulary import DutyStatus, Finality, Status
from streams.wire.findings import decode_finding
from tests.kafka.harness import Bus, until
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
        for subject in ("notified", "granted")
        for event in (
            grant(subject, "given", Instant(START - hours(1))),
            share(subject, "share", START),
            withdrawal(subject, "withdrawal", Instant(START + hours(1))),
        )
    ]
    notice = RecipientNotification(
        event_id=EventId("notice"),
        controller_id=CONTROLLER,
        subject_id=SubjectId("notified"),
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
        assert overdue(timed) == {"notified": Status.OPEN, "granted": Status.OPEN}
        timed.send(*timed.events([notice, again]))
        timed.settle(worker)
    assert overdue(timed) == {"notified": Status.REMEDIATED, "granted": Status.RETRACTED}
    duties = {duty.subject_id: duty for duty in timed.duties().values()}
    assert duties[SubjectId("notified")].status is DutyStatus.FULFILLED_LATE
    assert duties[SubjectId("notified")].notified_at == notice.occurred_at
    assert duties[SubjectId("granted")].status is DutyStatus.CANCELLED


def overdue(bus: Bus) -> dict[str | None, Status]:
    """What was last said of the breach, by subject."""
    codes = [f for f in bus.findings() if f.code == "RECIPIENT_NOT_NOTIFIED"]
    return {finding.subject_id: finding.status for finding in codes}


def test_a_tick_brings_more_than_a_transaction_holds(
    kafka: str, unique: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('final_after = "PT1S"\n')
    with Bus(
        kafka,
        unique,
        policy_file=policy,
        tick_source="external",
        transaction_max_records=10,
    ) as bus:
        with bus.worker() as worker:
            bus.send(*bus.events(share(f"s{n}", "e", START) for n in range(60)))
            bus.settle(worker)
            began = now()
            until(lambda: now() > began + 1_000 or None, "the term has passed")
            bus.tick()
            bus.settle(worker)
        found = bus.findings()
        assert {f.finality for f in net_of_labels(found).values()} == {Finality.FINAL}
        assert [f.finality for f in found].count(Finality.FINAL) == 60
        labels = [
            (record.partition, *record.headers)
            for record in bus.read(bus.names.violations)
            if decode_finding(record.value).finality is Finality.FINAL
        ]
        assert len(set(labels)) >= 12, "five findings with their rows to a batch"
        assert bus.counters(bus.names.ticks).balanced


def net_of_labels(findings: list[Finding]) -> dict[ViolationId, Finding]:
    """The last revision of each."""
    return {finding.violation_id: finding for finding in findings}
