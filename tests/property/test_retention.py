"""P20 and P26 at any tick: who left is gone from every topic, and any order gives the same."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.agents import retention
from streams.core.event_hash import event_record
from streams.core.events import Event
from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectId, SubjectKey, parse_subject_key, subject_key
from streams.core.instants import Instant, days, hours
from streams.core.policy import fixed_policy
from streams.core.state import EventRow, Refusal
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Status
from streams.transport.commit.output_batch import Bounds
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.rows import decode_refusal, decode_row, is_refusal
from tests.agents.world import NAMES, ROOMY, World
from tests.property.drawn_events import CONTROLLER, HOUR, START, events
from tests.property.histories import ids
from tests.property.judging import ARRIVAL, Run
from tests.property.test_convergence import in_legal_order

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

RETENTION = hours(60)
GRACE = hours(25)
POLICY = fixed_policy(
    similar_products=(("COFFEE", "TEA"),),
    retention=RETENTION,
    arrival_grace=GRACE,
    notify_deadline=hours(20),
    final_after=hours(40),
)
"""Short beside the 120 hours of a history, so that subjects leave in the midst of it."""

SUBJECTS = [SubjectId(f"s-{n}") for n in range(4)]

Step = tuple[str, Any]
happenings = st.tuples(st.sampled_from(SUBJECTS), events(ids(5))).map(
    lambda drawn: ("event", msgspec.structs.replace(drawn[1], subject_id=drawn[0]))
)
ticks = st.integers(0, 260).map(lambda hour: ("tick", Instant(START + hour * HOUR)))
restarts = st.just(("restart", None))
refused = happenings.map(lambda drawn: ("bad", drawn[1]))
"""Records that name an event, and are refused."""
steps = st.lists(
    st.one_of(happenings, happenings, happenings, refused, ticks, restarts), max_size=40
)
bounds = st.sampled_from([ROOMY, Bounds(records=4, bytes=1 << 20, seconds=1.0)])
pieces = st.sampled_from([1, 2, 1_000])
"""How many rows a tick looks at."""


def run(story: list[Step], roomy: Bounds) -> World:
    world = World(roomy, policy=POLICY)
    world.tick(START)
    for kind, what in story:
        if kind in ("event", "bad"):
            give(world, what, bad=kind == "bad")
        elif kind == "tick":
            world.tick(what)
        else:
            world.restart()
    return world


def give(world: World, event: Event, *, bad: bool = False) -> None:
    """As ingested an hour after it occurred, or when the partition's time is later."""
    take(world, event, max(event.occurred_at + HOUR, world.time() or 0), bad=bad)


def take(world: World, event: Event, at: int, *, bad: bool) -> None:
    """The record of an event, or one that names it and is refused."""
    [record] = world.story(event)
    value = record.value
    if bad:
        value = json.dumps(event_record(event) | {"recorded_at": "yesterday"}).encode()
    world.take(record._replace(timestamp=at, value=value))


def pass_through(world: World) -> None:
    """Tick until a pass over the subjects, begun now, is through."""
    now = (world.time() or START) + HOUR
    world.tick(now)
    while world.progress.retention_from:
        now += 1
        world.tick(now)


def facts_of(world: World, subject: SubjectKey) -> list[EventRow]:
    rows = world.rows.rows_of(subject)
    return [decode_row(row) for place, row in rows.items() if not is_refusal(place)]


@given(steps, bounds, pieces)
@settings(max_examples=150, deadline=None)
def test_who_left_is_gone_and_stays_gone(story: list[Step], roomy: Bounds, piece: int) -> None:
    with patch.object(retention, "ROWS_AT_ONCE", piece):
        world = run(story, roomy)
        pass_through(world)
    begun = world.progress.retention_at
    assert (begun is None) == ((world.time() or 0) <= START + GRACE), "nobody before P26 is over"
    occurred, arrived = (begun or START) - RETENTION, (begun or START) - GRACE
    given_events = [what for kind, what in story if kind == "event"]
    everybody = {subject_key(e.controller_id, e.subject_id) for e in given_events}
    gone = everybody - world.subjects
    for subject in world.subjects:
        rows = facts_of(world, subject)
        if not rows:
            continue  # of whom nothing is known but what was refused
        held = [
            published
            for row in rows
            for published in row.duties.values()
            if published.duty.status in (DutyStatus.DUE, DutyStatus.OVERDUE)
            and published.duty.due_at >= (begun or START)
        ]
        latest = max(row.fact.event.occurred_at for row in rows)
        came = max(row.taken_at or row.fact.ingested_at for row in rows)
        assert held or latest >= occurred or came >= arrived
    published = [decode_finding(value) for value in world.compacted(NAMES.violations).values()]
    duties_published = [decode_duty(value) for value in world.compacted(NAMES.duties).values()]
    names = {f.subject_id for f in published} | {duty.subject_id for duty in duties_published}
    assert {subject_key(CONTROLLER, name or "") for name in names} <= world.subjects
    written = world.compacted(NAMES.changelog)
    assert written == {
        place: row
        for subject in world.subjects
        for place, row in world.rows.rows_of(subject).items()
    }

    # Everything comes once more: who is gone is judged again, and leaves again.
    again = [e for e in given_events if subject_key(e.controller_id, e.subject_id) in gone]
    for event in again:
        give(world, event)
    assert gone <= world.subjects
    assert all(c.expired == 0 and c.balanced for c in world.progress.counters.values())
    world.tick((world.time() or START) + hours(200))
    pass_through(world)
    assert not gone & world.subjects
    assert world.progress.subjects_left >= len(gone)


@given(steps, bounds)
@settings(max_examples=150, deadline=None)
def test_what_is_published_is_what_the_kept_facts_say(story: list[Step], roomy: Bounds) -> None:
    """Also of a subject that left and came back: it is judged on what is kept."""
    world = run(story, roomy)
    clock = (world.time() or START) + HOUR
    world.tick(clock)
    published = [decode_finding(value) for value in world.compacted(NAMES.violations).values()]
    duties = [decode_duty(value) for value in world.compacted(NAMES.duties).values()]
    for subject in world.subjects:
        rows = facts_of(world, subject)
        identity = parse_subject_key(subject)
        assert identity is not None
        subject_id = identity[1]
        batch = Run(POLICY)
        batch.subject = Subject(CONTROLLER, subject_id)
        batch.take(in_legal_order([row.fact for row in rows])).tick(Instant(clock))
        for place, row in world.rows.rows_of(subject).items():
            if is_refusal(place):
                kept = decode_refusal(row, place)
                batch.refuse(
                    Refusal(
                        event_type=kept.event_type,
                        event_id=kept.event_id,
                        occurred_at=kept.occurred_at,
                        ingested_at=kept.arrived_at,
                    )
                )
        assert net(published, duties, subject_id) == batch.net()


def net(findings: list[Finding], duties: list[Duty], subject_id: str) -> Any:
    return (
        {
            f.violation_id: _without(f, ARRIVAL) | {"remediated": f.status is Status.REMEDIATED}
            for f in findings
            if f.subject_id == subject_id and f.status is not Status.RETRACTED
        },
        {
            d.duty_id: _without(d, {"detected_at", "revision"})
            for d in duties
            if d.subject_id == subject_id and d.status is not DutyStatus.RETRACTED
        },
    )


def _without(value: Finding | Duty, fields: set[str]) -> dict[str, Any]:
    return {k: v for k, v in msgspec.structs.asdict(value).items() if k not in fields}


orders = st.lists(st.one_of(happenings, happenings, refused), min_size=1, max_size=14).flatmap(
    lambda given_: st.tuples(st.permutations(given_), st.permutations(given_))
)
between = st.lists(st.one_of(st.integers(0, 3), st.none()), min_size=14, max_size=14)
"""Between two events: so many ticks of some hours, or a restart."""
long_ago = st.sampled_from([0, 1, 100, 10_000])


@given(orders, between, between, long_ago, bounds)
@settings(max_examples=150, deadline=None)
def test_an_import_in_any_order_gives_the_same(
    two: tuple[list[Step], list[Step]],
    pauses: list[int | None],
    others: list[int | None],
    days_ago: int,
    roomy: Bounds,
) -> None:
    """Of events of any age, as long as it pauses for less than P26."""
    now = Instant(START + days(days_ago) + hours(200))
    nets = []
    for order, between_ in zip(two, (pauses, others), strict=True):
        world = World(roomy, policy=POLICY)
        world.tick(now)
        imported(world, order, between_)
        world.tick(now + GRACE)
        findings = [decode_finding(v) for v in world.compacted(NAMES.violations).values()]
        duties = [decode_duty(v) for v in world.compacted(NAMES.duties).values()]
        nets.append([net(findings, duties, subject_id) for subject_id in SUBJECTS])
        assert all(c.expired == 0 and c.balanced for c in world.progress.counters.values())
    assert nets[0] == nets[1]


def imported(world: World, order: list[Step], pauses: list[int | None]) -> None:
    """Each record as it is sent, half of them stamped with the time of their event."""
    for n, ((kind, event), pause) in enumerate(zip(order, pauses, strict=False)):
        at = event.occurred_at if n % 2 else world.time() or START
        take(world, event, at, bad=kind == "bad")
        if pause is None:
            world.restart()
        for _ in range(pause or 0):
            world.tick((world.time() or START) + GRACE // 50)
