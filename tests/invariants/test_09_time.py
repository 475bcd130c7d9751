"""Invariant 9: time is an event; it never goes back, and travels with what is sent again."""

from __future__ import annotations

from collections.abc import Container

import pytest

from streams.agents import retention, tick_judge
from streams.core.events import RecipientNotification
from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import EARLIEST, Instant, days, hours
from streams.core.policy import default_policy
from streams.core.vocabulary import Status
from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch, Polled
from streams.wire import arrival
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding
from streams.wire.origin import Origin, rekeyed
from streams.wire.record import Record
from streams.wire.rows import ages
from tests.invariants.bus import ARRIVAL, LOST, new_broker, send, stands, tick
from tests.invariants.ending import run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.invariants.settings import JUDGED, NAMES
from tests.kafka.stories import CONTROLLER, RECIPIENT, START, grant, share, story

WITHDRAWN = Instant(START + hours(3))
DUE = Instant(WITHDRAWN + default_policy().at(WITHDRAWN).notify_deadline)


async def the_clock_is_set_back() -> None:
    """A deadline that has passed stays passed, whatever a later tick says."""
    broker = new_broker()
    events = story(0)
    send(broker, *events)
    worker = Process(broker)
    await worker.assign(0)
    await worker.judge_all()
    tick(broker, Instant(DUE + 1), Instant(DUE - hours(1)))
    await worker.judge_all()
    late = share("subject-0", "0-more", Instant(START + hours(2) + 1))
    send(broker, late, at=Instant(DUE + 2))
    await worker.judge_all()
    stands(broker, [*events, late], Instant(DUE + 1))


def test_time_that_never_goes_back_holds() -> None:
    run(the_clock_is_set_back())


def test_time_that_never_goes_back_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick_judge, "latest", lambda _before, now: now)
    with pytest.raises(Broken, match=LOST):
        run(the_clock_is_set_back())


async def a_worker_catches_up(aligned: tuple[str, ...]) -> None:
    """Ticks come with the first poll, the rest of a backlog with the second.

    The recipient was notified in time, so nothing may be opened, were it for a moment only.
    """
    broker = new_broker()
    published = RecipientNotification(
        event_id=EventId("0-notified"),
        controller_id=CONTROLLER,
        subject_id=SubjectId("subject-0"),
        occurred_at=Instant(WITHDRAWN + hours(1)),
        recorded_at=Instant(WITHDRAWN + hours(1)),
        recipient_id=RECIPIENT,
    )
    for event in (*story(0), published):
        send(broker, event, at=event.occurred_at)
    tick(broker, Instant(DUE + 1), Instant(DUE + 2))
    worker = Process(broker)
    await worker.assign(0)
    counter = worker.consumer._assignments
    bounds = AlignmentBounds(1_000, 1 << 20, 60.0)
    partition_group = PartitionGroup(0, counter, aligned, bounds)
    # The partition group hands on what is in order; a topic that it does not know goes as it comes.
    for names in (set(JUDGED) - {NAMES.recipient_notification}, {NAMES.recipient_notification}):
        for name in sorted(names, key=lambda name: name == NAMES.ticks):
            log = broker.logs[name, 0]
            records, end = log.read(0, 100, committed=True)
            span = OffsetSpan(0, end)
            if name in aligned:
                partition_group.add(Polled(name, 0, span, records, stable_end=log.stable_end))
            else:
                worker.feed(PollBatch(0, counter, {name: span}, records))
            while (poll_batch := partition_group.release()) is not None:
                worker.feed(poll_batch)
        await worker.rest()
    await worker.rest()
    found = [decode_finding(r.value or b"") for r in broker.visible(NAMES.violations, 0)]
    spurious = [finding for finding in found if finding.status is Status.RETRACTED]
    require(not spurious, f"{len(spurious)} findings opened and closed for order alone")
    stands(broker, [*story(0), published], Instant(DUE + 2))


def test_aligning_ticks_holds() -> None:
    run(a_worker_catches_up(JUDGED))


def test_aligning_ticks_bites() -> None:
    with pytest.raises(Broken, match="for order alone"):
        run(a_worker_catches_up(tuple(name for name in JUDGED if name != NAMES.ticks)))


async def a_record_is_sent_home_late() -> None:
    """It claims the future; that its way took two hours makes it no truer."""
    broker = new_broker(2)
    event = share("s", "1", Instant(ARRIVAL + hours(1)))
    home = partition_for(subject_key(CONTROLLER, "s"), 2)
    misrouted = 1 - home
    broker.append(NAMES.data_share, misrouted, key=b"other", value=event_to_json(event))
    broker._now = lambda: ARRIVAL + hours(2)
    first, second = Process(broker), Process(broker)
    await first.assign(misrouted)
    await first.judge_all()
    await second.assign(home)
    await second.judge_all()
    letters = broker.visible(NAMES.dead_letters, home)
    require(letters, "the verdict depends on how long re-keying took")


def test_carrying_the_ingestion_time_holds() -> None:
    run(a_record_is_sent_home_late())


def test_carrying_the_ingestion_time_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgotten(record: Record, topics: Container[str]) -> Origin | None:
        origin = rekeyed(record, topics)
        at = Instant(record.timestamp)
        return origin and origin._replace(ingested_at=at, timestamp=at)

    monkeypatch.setattr(arrival, "rekeyed", forgotten)
    with pytest.raises(Broken, match="depends on how long re-keying took"):
        run(a_record_is_sent_home_late())


async def an_import_is_interrupted_by_ticks() -> None:
    """Facts of years ago come first, then time passes, then what they explain comes."""
    broker = new_broker()
    long_ago = Instant(START - days(3_000))
    consent = grant("s", "1", long_ago)
    covered = share("s", "2", START)
    send(broker, consent, at=START)
    worker = Process(broker)
    await worker.assign(0)
    tick(broker, Instant(START - days(40)))
    await worker.judge_all()
    tick(broker, Instant(START + hours(1)), Instant(START + hours(2)))
    await worker.judge_all()
    send(broker, covered, at=Instant(START + hours(3)))
    await worker.judge_all()
    stands(broker, [consent, covered], Instant(START + hours(2)))


def test_keeping_what_came_lately_holds() -> None:
    run(an_import_is_interrupted_by_ticks())


def test_keeping_what_came_lately_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without P26 who is old leaves at the next tick."""
    monkeypatch.setattr(retention, "ages", lambda row, key: (ages(row, key)[0], EARLIEST))
    with pytest.raises(Broken, match=LOST):
        run(an_import_is_interrupted_by_ticks())
