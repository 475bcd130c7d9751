"""Refused ids beside the events of their subject: rows, findings and records must agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import msgspec
import pytest

from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import Instant
from streams.core.state import Refusal, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import EventType, Status
from streams.settings import Settings
from streams.verify import refusals
from streams.verify.compare import Comparison
from streams.verify.input_span import InputSpan
from streams.verify.result import DifferenceKind
from streams.verify.spill import RefusedArrival, Spill
from streams.wire.arrival import Arrivals, Misrouted, partition_for
from streams.wire.encode import event_to_json
from streams.wire.findings import encode_finding
from streams.wire.progress import Progress
from streams.wire.refused import Refused
from tests.kafka.stories import CONTROLLER, START, story
from tests.transport.records import One
from tests.verify.outputs import POLICY, Live, fact_of, output_at
from tests.verify.test_outputs import Reading

NAMES = Settings().topics
WHO = SubjectId("subject-0")
KEY = subject_key(CONTROLLER, WHO)
EVENT = story(0)[0]
CODE = "UNPROCESSABLE_EVENT"
AT = Instant(START)


def refusal(at: Instant | None = AT, event_id: str = EVENT.event_id) -> Refusal:
    return Refusal(
        event_type=EventType.DATA_SHARE,
        event_id=EventId(event_id),
        occurred_at=at,
        ingested_at=Instant(START + 9),
    )


def live(order: tuple[int, ...] = (0, 1, 2)) -> Live:
    """An event, a record refused under its id, and one under the id of none."""
    one = Live(Subject(CONTROLLER, WHO))
    for step in order:
        if step == 0:
            one.judge(fact_of(EVENT, 0))
        else:
            one.refuse(refusal(event_id=EVENT.event_id if step == 1 else "none"))
    return one


def kinds(one: Live, *rows: RefusalRow) -> list[tuple[DifferenceKind, str | None]]:
    stored = [row for row in one.rows if not rows or not isinstance(row, RefusalRow)]
    compared = Comparison(NAMES, POLICY).subject(KEY, [*stored, *rows], one.standing, None, 3)
    return [(found.kind, found.code) for found in compared.differences]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_the_order_of_arrival_it_is_equal(order: tuple[int, ...]) -> None:
    one = live(order)
    assert kinds(one) == []
    closed, still_open = (one.named(name, CODE) for name in (EVENT.event_id, "none"))
    assert (closed.status, still_open.status) == (Status.REMEDIATED, Status.OPEN)


@pytest.mark.parametrize(
    ("event_id", "changed", "kind"),
    [
        (EVENT.event_id, {"status": Status.OPEN}, DifferenceKind.DIFFERENT),
        ("none", {"status": Status.REMEDIATED}, DifferenceKind.DIFFERENT),
        ("none", {"occurred_at": Instant(START - 1)}, DifferenceKind.DIFFERENT),
        ("none", {"revision": 7}, DifferenceKind.ROW),
    ],
)
def test_a_finding_that_was_changed(
    event_id: str, changed: dict[str, Any], kind: DifferenceKind
) -> None:
    one = live()
    before = one.named(event_id, CODE)
    one.published[before.violation_id] = msgspec.structs.replace(before, **changed)
    assert kinds(one) == [(kind, CODE)]


def test_a_finding_or_a_row_that_is_gone() -> None:
    one = live()
    rows = [row for row in one.rows if isinstance(row, RefusalRow)]
    assert kinds(one, rows[0]) == [(DifferenceKind.EXTRA, CODE)]
    del one.published[one.named("none", CODE).violation_id]
    assert kinds(one) == [(DifferenceKind.MISSING, CODE)]


SPANS = [InputSpan(NAMES.data_share, 0, 20)]


def unknown(at: Instant | None, row: RefusalRow | None = None, **progress: Any) -> list[int | None]:
    arrived = RefusedArrival(b"k", 0, 7, at)
    found = refusals.unknown(
        {} if row is None else {b"k": row}, [arrived], SPANS, 0, Progress(positions={}, **progress)
    )
    return [one.offset for one in found]


def test_each_refused_record_is_in_the_row_of_its_id() -> None:
    row = next(iter(live().subject.refusals.values()))
    undated = msgspec.structs.replace(row, occurred_at=None)
    for at in (None, AT, Instant(AT + 1)):
        assert unknown(at, row) == []
        assert unknown(at) == [7]
        assert unknown(at, subjects_left=1) == [], "it may have left with its subject"
    assert unknown(Instant(AT - 1), row) == [7]
    assert unknown(AT, undated) == [7]
    assert unknown(None, undated) == []


def settled(record: One, begins: dict[str, int] | None) -> Misrouted | Refused:
    arrivals = Arrivals(NAMES, 4_259_840)
    found = arrivals.read(record)
    assert isinstance(found, Refused)
    progress = Progress(positions={}, refusals_from=begins)
    return refusals.settled(arrivals, record, found, lambda key: partition_for(key, 2), progress)


def test_what_earlier_releases_refused_has_no_row() -> None:
    value = json.dumps(json.loads(event_to_json(EVENT)) | {"purpose": "NONE"}).encode()
    home = partition_for(KEY, 2)
    record = One(NAMES.data_share, home, 7, START, KEY, value)
    for begins, has_row in (({}, True), ({NAMES.data_share: 7}, True),
                            ({NAMES.data_share: 8}, False), (None, False)):  # fmt: skip
        found = settled(record, begins)
        assert isinstance(found, Refused)
        assert (found.key == KEY) == has_row
        elsewhere = settled(record._replace(key=b"k"), begins)
        assert isinstance(elsewhere, Misrouted if has_row else Refused)


@pytest.fixture
def reading() -> Iterator[Reading]:
    one = Reading()
    yield one
    one.spill.close()
    one.across.close()


def test_a_row_takes_over_the_finding_of_an_earlier_release(reading: Reading) -> None:
    finding = live((2,)).named("none", CODE)
    reading.take(5, output_at(0, finding, None))
    across, comparison = reading.across, Comparison(NAMES, POLICY)
    assert [one.kind for one in across.unfounded({0: 9})] == [DifferenceKind.EXTRA]
    across._database.execute(
        "INSERT INTO due VALUES (?, 'other', 0, 't', 0, 1, ?)",
        (finding.violation_id, encode_finding(msgspec.structs.replace(finding, code="X"))),
    )
    assert [one.kind for one in across.unpublished(comparison, [0])] == [DifferenceKind.DIFFERENT]
    reading.take(6, output_at(1, finding, 6))
    assert list(across.unfounded({0: 9})) == list(across.unpublished(comparison, [0])) == []
    assert reading.differences == []


def test_a_finding_that_outlived_its_person_may_be_gone(reading: Reading) -> None:
    finding = live((2,)).named("none", CODE)
    across, comparison = reading.across, Comparison(NAMES, POLICY)
    across._database.execute(
        "INSERT INTO due VALUES (?, 'r', 0, 't', 0, 1, ?)",
        (finding.violation_id, encode_finding(finding)),
    )
    kept_for = POLICY.at(AT).retention + POLICY.at(AT).arrival_grace
    for clock, missing in ((None, True), (START + 9, True), (START + kept_for, False)):
        if clock is not None:
            across.clocks[0] = Instant(clock)
        found = [one.kind for one in across.unpublished(comparison, [0])]
        assert found == [DifferenceKind.MISSING] * missing


def test_a_subject_of_refused_records_alone_is_looked_at() -> None:
    spill = Spill()
    arrived = RefusedArrival(KEY + b"\0Rse", 0, 7, None)
    spill.many("INSERT INTO refused_id VALUES (?, ?, ?, ?)", [arrived])
    [kept] = spill.subjects()
    spill.suspect(kept.subject)
    assert (kept.subject, kept.refused) == (KEY, [arrived])
    assert list(spill.take_suspects()) == [kept]
    spill.close()
