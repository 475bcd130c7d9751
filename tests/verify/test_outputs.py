"""Outputs as of a batch: what came later waits, and no revision shows twice."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from streams.core.findings import Finding
from streams.core.identifiers import SubjectId, ViolationId
from streams.core.subject import Subject
from streams.settings import Settings
from streams.verify.across import Across
from streams.verify.outputs import Outputs
from streams.verify.result import Difference, DifferenceKind
from streams.verify.spill import Spill
from streams.wire.commands import REBUILT
from streams.wire.findings import decode_finding
from tests.kafka.stories import CONTROLLER, story
from tests.verify.outputs import POLICY, At, Live, fact_of, output_at

NAMES = Settings().topics


def first_finding() -> Finding:
    live = Live(Subject(CONTROLLER, SubjectId("subject-0")))
    live.judge(fact_of(story(0)[0], 0))
    return live.named("0-early", "NO_CONSENT")


FINDING = first_finding()


def revision(number: int, one: str = "a") -> Finding:
    named = ViolationId(one * 36)
    return msgspec.structs.replace(FINDING, revision=number, violation_id=named)


class Reading:
    def __init__(self, generation: int = 1) -> None:
        self.spill = Spill()
        self.across = Across(NAMES, POLICY, 2)
        self.outputs = Outputs(
            duties=False,
            number=0,
            generation=generation,
            across=self.across,
        )

    def take(self, sequence: int, *records: At) -> None:
        self.outputs.release(self.spill, sequence)
        self.outputs.take(self.spill, list(records), sequence)

    @property
    def found(self) -> list[Difference]:
        return list(self.outputs.problems(self.spill))

    @property
    def standing(self) -> dict[str, int]:
        """Revision by the first letter of the id."""
        found = [one for kept in self.spill.subjects() for one in kept.published]
        return {one.violation_id[0]: decode_finding(one.value).revision for one in found}

    @property
    def differences(self) -> list[tuple[DifferenceKind, int | None]]:
        return [(one.kind, one.offset) for one in self.found]


@pytest.fixture
def reading() -> Iterator[Reading]:
    one = Reading()
    yield one
    one.spill.close()
    one.across.close()


def test_what_a_later_batch_published_waits_for_a_later_cut(reading: Reading) -> None:
    reading.take(5, output_at(0, revision(1), 4), output_at(1, revision(2), 6))
    assert reading.standing == {"a": 1}
    reading.take(6)
    assert reading.standing == {"a": 2}
    assert reading.differences == []


def test_a_finding_of_a_later_batch_is_not_there_yet(reading: Reading) -> None:
    reading.take(5, output_at(0, revision(1), 6))
    assert reading.standing == {}


def test_a_tombstone_takes_it_away_and_it_may_begin_again(reading: Reading) -> None:
    gone = At(1, revision(1).violation_id.encode(), None)
    reading.take(5, output_at(0, revision(3), 4), gone)
    assert reading.standing == {}
    reading.take(6, output_at(2, revision(1), 6))
    assert reading.standing == {"a": 1}
    assert reading.differences == []


@pytest.mark.parametrize(("second", "what"), [(2, "is visible twice"), (1, "after revision 2")])
def test_revisions_rise_also_after_the_cut(reading: Reading, second: int, what: str) -> None:
    reading.take(5, output_at(0, revision(2), 6), output_at(3, revision(second), 7))
    assert reading.differences == [(DifferenceKind.REPEATED, 3)]
    assert what in reading.found[0].what


def test_revisions_may_leave_out_what_compaction_took(reading: Reading) -> None:
    reading.take(9, output_at(0, revision(1), 1), output_at(7, revision(5), 5))
    assert reading.differences == []


def test_batches_never_go_back(reading: Reading) -> None:
    reading.take(9, output_at(0, revision(1), 5), output_at(1, revision(1, "b"), 4))
    assert reading.differences == [(DifferenceKind.REPEATED, 1)]


def test_a_raised_generation_begins_again_once_on_the_same_topic() -> None:
    reading = Reading(generation=2)
    reading.take(
        3,
        output_at(0, revision(4), 900),
        output_at(1, revision(1, "b"), 901),
        output_at(2, revision(1), 2),
    )
    assert reading.differences == []
    # Of the generation before, and never taken back by this one.
    assert reading.standing == {"a": 1, "b": 1}
    reading.take(3, output_at(3, revision(1, "c"), 1))
    assert reading.differences == [(DifferenceKind.REPEATED, 3)]


def test_what_cannot_be_read_is_named_and_passed_over(reading: Reading) -> None:
    reading.take(
        5,
        At(0, b"x", b"?"),
        At(1, b"another", output_at(0, revision(1), 1).value),
        output_at(2, revision(1), 1),
    )
    assert reading.differences == [(DifferenceKind.UNREADABLE, 0), (DifferenceKind.UNREADABLE, 1)]
    assert reading.standing == {"a": 1}


def test_what_an_operator_had_put_right_is_no_problem_any_more(reading: Reading) -> None:
    def again(offset: int, number: int, batch: int) -> At:
        one = output_at(offset, revision(number), batch)
        one.headers.append(REBUILT)
        return one

    reading.take(
        900, At(0, b"x", b"?"), output_at(1, revision(2), 800), output_at(2, revision(2), 7)
    )
    kinds = [DifferenceKind.UNREADABLE, DifferenceKind.REPEATED]
    assert [kind for kind, _ in reading.differences] == kinds
    # Of another installation, whose batches had higher numbers.
    reading.take(900, At(3, b"x", None), again(4, 3, 8), output_at(5, revision(4), 9))
    assert reading.differences == []
    assert reading.standing == {"a": 4}
    reading.take(900, output_at(6, revision(4), 10))
    assert reading.differences == [(DifferenceKind.REPEATED, 6)]


def test_without_a_number_only_findings_about_dead_letters_are_set_apart(
    reading: Reading,
) -> None:
    letter = msgspec.structs.replace(revision(1, "b"), code="UNPROCESSABLE_EVENT")
    reading.take(5, output_at(0, revision(1), None), output_at(1, letter, None))
    assert reading.standing == {"a": 1}
    unfounded = list(reading.across.unfounded({0: 2}))
    assert [(one.kind, one.offset) for one in unfounded] == [(DifferenceKind.EXTRA, 1)]
    # What was published after reading began can be about a record that was not read.
    assert not list(reading.across.unfounded({0: 1}))


def test_duties_and_findings_share_ids_and_stay_apart(reading: Reading) -> None:
    spill = reading.spill
    duties = Outputs(duties=True, number=0, generation=1, across=reading.across)
    live = Live(Subject(CONTROLLER, SubjectId("subject-0")))
    for offset, event in enumerate(story(0)):
        live.judge(fact_of(event, offset))
    duty = live.duty("0-withdrawal")
    duties.take(spill, [output_at(0, duty, 1)], 5)
    same = duty.duty_id
    reading.take(5, output_at(0, msgspec.structs.replace(FINDING, violation_id=same), 1))
    assert reading.found == []
    [kept] = spill.subjects()
    assert sorted((one.violation_id, one.duty) for one in kept.published) == [(same, 0), (same, 1)]
