"""One subject: equal is silent, whatever the order of arrival; every change is named."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from itertools import permutations

import msgspec
import pytest

from streams.core.findings import Finding
from streams.core.identifiers import SubjectId, subject_key
from streams.core.instants import Instant, days
from streams.core.state import EventRow
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Finality, Status
from streams.settings import Settings
from streams.terminal.console import screen
from streams.verify.compare import Compared, Comparison
from streams.verify.report import as_json, print_report
from streams.verify.result import DifferenceKind, Verification
from tests.kafka.stories import CONTROLLER, START, story
from tests.verify.outputs import POLICY, Live, fact_of

NAMES = Settings().topics
KEY = subject_key(CONTROLLER, "subject-0")
CLOCK = Instant(START + days(10))


def live(order: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Live:
    one = Live(Subject(CONTROLLER, SubjectId("subject-0")))
    events = story(0)
    for offset, place in enumerate(order):
        one.judge(fact_of(events[place], offset))
    one.pass_time(CLOCK)
    return one


def compare(one: Live, comparison: Comparison | None = None) -> Compared:
    comparison = comparison or Comparison(NAMES, POLICY)
    return comparison.subject(KEY, one.rows, one.standing, CLOCK, 3)


def kinds(one: Live) -> list[tuple[DifferenceKind, str | None]]:
    return [(found.kind, found.code) for found in compare(one).differences]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_whatever_the_order_of_arrival_it_is_equal(order: tuple[int, ...]) -> None:
    found = compare(live(order))
    assert found.differences == []
    assert found.findings >= 2
    assert found.duties == 2


def test_what_the_facts_assume_is_counted_once_for_each_event() -> None:
    one = live()
    assumed = Counter(found.field for found in compare(one).assumptions)
    assert assumed["recipient_country"] == 3
    assert {found.recipient_id for found in compare(one).assumptions} == {"ACME", ""}


def test_a_verification_shows_what_is_assumed() -> None:
    found = Verification()
    for assumption in compare(live()).assumptions:
        found.assumptions.count(assumption)
    values = as_json(found)["assumptions"]
    [country] = [value for value in values if value["field"] == "recipient_country"]
    assert (country["recipient_id"], country["events"]) == ("ACME", 3)
    out = StringIO()
    print_report(found, screen(file=out, width=200))
    assert "recipient_country 3: from no named system to ACME 3" in out.getvalue()


def test_a_finding_that_is_gone() -> None:
    one = live()
    gone = one.named("0-early", "NO_CONSENT")
    del one.published[gone.violation_id]
    [found] = compare(one).differences
    assert (found.kind, found.code, found.violation_id) == (
        DifferenceKind.MISSING, "NO_CONSENT", gone.violation_id,
    )  # fmt: skip
    assert (found.topic, found.partition, found.offset) == (NAMES.violations, 3, None)
    assert [fact.event_id for fact in found.facts if fact.source.offset == 0] == ["0-early"]


def test_a_finding_that_nothing_gives() -> None:
    one = live()
    copy = msgspec.structs.replace(one.named("0-early", "NO_CONSENT"), violation_id="f" * 36)
    one.published[copy.violation_id] = copy
    assert kinds(one) == [(DifferenceKind.EXTRA, "NO_CONSENT")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "ADVISORY"),
        ("reason", "X"),
        ("severity", "LOW"),
        ("recipient_id", "Y"),
        ("citations", ("GDPR 5",)),
        ("explanation_nl", "Z"),
        ("status", Status.REMEDIATED),
        ("review_required", True),
        ("occurred_at", Instant(0)),
    ],
)
def test_a_field_that_was_changed(field: str, value: object) -> None:
    one = live()
    before = one.named("0-early", "NO_CONSENT")
    one.published[before.violation_id] = msgspec.structs.replace(before, **{field: value})
    [found] = compare(one).differences
    assert found.kind is DifferenceKind.DIFFERENT
    # In batch nothing is ever revised.
    expected = Status.OPEN if field == "status" else getattr(before, field)
    assert [(each.name, each.expected, each.found) for each in found.fields] == [
        (field, expected, value)
    ]


@pytest.mark.parametrize("field", ["detected_at", "late_detected"])
def test_fields_of_arrival_may_be_anything(field: str) -> None:
    one = live()
    before = one.named("0-early", "NO_CONSENT")
    value = {"detected_at": Instant(1), "late_detected": not before.late_detected}[field]
    one.published[before.violation_id] = msgspec.structs.replace(before, **{field: value})
    assert kinds(one) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("revision", 7), ("status", Status.OPEN), ("finality", Finality.FINAL)],
)
def test_what_the_row_says_was_published(field: str, value: object) -> None:
    one = live()
    before = one.named("0-early", "NO_CONSENT")
    assert getattr(before, field) != value
    one.published[before.violation_id] = msgspec.structs.replace(before, **{field: value})
    [found] = compare(one).differences
    assert found.kind is DifferenceKind.ROW
    assert [(each.name, each.found) for each in found.fields] == [(field, value)]


def test_a_finding_taken_back_that_came_back() -> None:
    # The share comes before its consent: raised, then retracted.
    one = live((2, 0, 1, 3, 4))
    [taken] = [
        found
        for found in one.published.values()
        if isinstance(found, Finding) and found.status is Status.RETRACTED
    ]
    one.published[taken.violation_id] = msgspec.structs.replace(taken, status=Status.OPEN)
    assert kinds(one) == [(DifferenceKind.EXTRA, taken.code)]
    del one.published[taken.violation_id]
    assert kinds(one) == [(DifferenceKind.ROW, None)]


def test_a_duty_and_the_finding_that_it_became_are_two_things() -> None:
    one = live()
    duty = one.duty("0-withdrawal")
    assert duty.status is DutyStatus.OVERDUE
    assert any(isinstance(published, Finding) for published in one.published.values())
    del one.published[f"{duty.duty_id} duty"]
    [found] = compare(one).differences
    assert (found.kind, found.topic) == (DifferenceKind.MISSING, NAMES.duties)
    one.published[f"{duty.duty_id} duty"] = msgspec.structs.replace(duty, share_ids=())
    [found] = compare(one).differences
    assert [each.name for each in found.fields] == ["share_ids"]


def test_another_release_may_word_it_in_another_way_but_not_judge_otherwise() -> None:
    one = live()
    before = one.named("0-early", "NO_CONSENT")
    older = msgspec.structs.replace(before, rule_version="0", explanation_en="Otherwise.")
    one.published[before.violation_id] = older
    comparison = Comparison(NAMES, POLICY)
    assert compare(one, comparison).differences == []
    assert comparison.earlier == 1
    one.published[before.violation_id] = msgspec.structs.replace(older, reason="X")
    [found] = compare(one, comparison).differences
    assert [each.name for each in found.fields] == ["reason"]


def test_without_a_fact_what_it_gave_is_too_much() -> None:
    one = live()
    rows = [
        row
        for row in one.rows
        if isinstance(row, EventRow) and row.fact.event.event_id != "0-early"
    ]
    found = Comparison(NAMES, POLICY).subject(KEY, rows, one.standing, CLOCK, 0).differences
    assert (DifferenceKind.EXTRA, "NO_CONSENT") in {(each.kind, each.code) for each in found}


def test_a_subject_of_which_nothing_is_stored() -> None:
    one = live()
    found = Comparison(NAMES, POLICY).subject(KEY, [], one.standing, CLOCK, 0)
    assert {each.kind for each in found.differences} == {DifferenceKind.EXTRA}
    assert len(found.differences) == len(one.published)
