"""FINAL: a label for readers once the term P15 has passed (legal model 3.9, 4.5)."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.identifiers import Slot
from streams.core.instants import EARLIEST, Instant, days, hours
from streams.core.policy import DatedValue, Policy
from streams.core.revise import Revision, revise
from streams.core.rules.assess import Assessment
from streams.core.state import EventRow, Published, Verdict
from streams.core.vocabulary import Code, Finality, Status
from tests.core.builders import grant, moment, notify, share, withdraw
from tests.core.stories import Story, story, with_policy

TERM = 30 * 24
"""P15 by default, in hours."""
SHORT = with_policy(final_after=hours(10))


def line(finding: Finding) -> tuple[int, Status, Finality, bool]:
    return finding.revision, finding.status, finding.finality, finding.late_detected


def lines(lived: Story, event_id: str) -> list[tuple[int, Status, Finality, bool]]:
    return [line(finding) for finding in lived.published if finding.event_id == event_id]


def judged(event: Event) -> EventRow:
    (record,) = story(event).subject.records.values()
    return record.row


def labelled_late(status: Status) -> Published:
    """Something that evidence which came later brought about."""
    verdict = Verdict(code=Code.NO_CONSENT)
    return Published(verdict=verdict, revision=7, status=status, final_at=moment(500), late=True)


def again(row: EventRow, verdict: Verdict, *, late: bool) -> Revision:
    return revise(
        row,
        Assessment(verdicts={Slot("S.BASIS"): verdict}),
        SHORT,
        at=moment(3),
        clock=moment(3),
        late=late,
        fresh=False,
        restate=False,
    )


class TestTheTerm:
    def test_has_passed_strictly_after_it(self) -> None:
        lived = story(share(2)).tick(2 + TERM)
        assert [line(f) for f in lived.published] == [(1, Status.OPEN, Finality.PROVISIONAL, False)]
        lived.tick(2 + TERM, ms=1)
        assert line(lived.published[-1]) == (2, Status.REVISED, Finality.FINAL, False)
        assert lived.published[-1].detected_at == moment(2 + TERM, ms=1)

    def test_changes_nothing_but_the_label(self) -> None:
        lived = story(share(2)).tick(2 + TERM, ms=1)
        first, then = lived.published
        own = {"revision", "status", "finality", "detected_at"}
        assert {
            n for n in Finding.__struct_fields__ if getattr(first, n) != getattr(then, n)
        } == own

    def test_is_published_once(self) -> None:
        lived = story(share(2)).tick(1000).tick(2000).tick(3000)
        assert len(lived.published) == 2
        assert lived.decisions[-1].rows == ()
        assert lived.subject.next_deadline is None

    def test_counts_from_when_the_record_came_in(self) -> None:
        lived = Story(SHORT).take(share(0, recorded_at=100))
        assert lived.subject.next_deadline == moment(110)

    def test_counts_from_when_a_record_that_waited_was_judged(self) -> None:
        lived = Story(SHORT, clock=100).take(share(0))
        assert lived.published[0].finality is Finality.PROVISIONAL
        assert lived.subject.next_deadline == moment(110)

    def test_of_an_overdue_duty_counts_from_the_tick(self) -> None:
        lived = Story(SHORT).take(grant(-1), share(0), withdraw(1)).tick(100)
        assert lived.finding("O02").finality is Finality.PROVISIONAL
        assert lived.tick(110).finding("O02").finality is Finality.PROVISIONAL
        assert lived.tick(110, ms=1).finding("O02").finality is Finality.FINAL

    def test_is_that_of_the_policy_in_force_when_the_finding_was_first_published(self) -> None:
        change = moment(50)
        policy = Policy(
            entries={
                "final_after": (DatedValue(EARLIEST, hours(10)), DatedValue(change, hours(20)))
            }
        )
        before = Story(policy).take(share(50, ms=-1))
        assert before.subject.next_deadline == Instant(moment(60) - 1)
        # It occurred before the change, and was first published after it.
        after = Story(policy).take(share(49, recorded_at=50))
        assert after.subject.next_deadline == moment(70)

    def test_is_kept_when_another_code_takes_the_slot(self) -> None:
        lived = Story(SHORT).take(share(2), withdraw(1, recorded_at=9))
        assert lines(lived, "share")[-1][:2] == (2, Status.REVISED)
        assert lived.tick(12, ms=1).finding("S02").finality is Finality.FINAL


class TestAfterTheLabel:
    def test_late_evidence_revises_and_stays_final(self) -> None:
        lived = Story(SHORT).take(share(2)).tick(20).take(withdraw(1, recorded_at=21))
        assert lines(lived, "share") == [
            (1, Status.OPEN, Finality.PROVISIONAL, False),
            (2, Status.REVISED, Finality.FINAL, False),
            (3, Status.REVISED, Finality.FINAL, True),
        ]

    def test_late_evidence_retracts_and_says_so(self) -> None:
        lived = Story(SHORT).take(share(2)).tick(20).take(grant(0))
        assert lines(lived, "share")[-1] == (3, Status.RETRACTED, Finality.FINAL, True)

    @pytest.mark.parametrize(("ms", "finality"), [(0, Finality.PROVISIONAL), (1, Finality.FINAL)])
    @pytest.mark.parametrize("late", [withdraw(1), grant(0)])
    def test_evidence_that_comes_before_the_label_is_published_carries_it(
        self, late: Event, ms: int, finality: Finality
    ) -> None:
        """A restored deadline can be found later than the first events after it."""
        lived = Story(SHORT).take(share(2))
        lived.clock = moment(12, ms)
        lived.take(late)
        revision, _, said, _ = lines(lived, "share")[-1]
        assert (revision, said) == (2, finality)

    def test_a_slot_that_opens_again_counts_from_the_first_judgement(self) -> None:
        lived = Story(SHORT).take(share(3), grant(0)).tick(20)
        assert lines(lived, "share")[-1] == (2, Status.RETRACTED, Finality.PROVISIONAL, False)
        lived.take(withdraw(1))
        assert lines(lived, "share")[-1] == (3, Status.OPEN, Finality.FINAL, True)

    def test_before_its_end_it_opens_provisional_and_becomes_final_on_the_same_day(self) -> None:
        lived = Story(SHORT).take(share(3), grant(0), withdraw(1))
        assert lines(lived, "share")[-1] == (3, Status.OPEN, Finality.PROVISIONAL, True)
        lived.tick(13, ms=1)
        assert lines(lived, "share")[-1] == (4, Status.REVISED, Finality.FINAL, True)

    def test_a_remedied_breach_is_labelled_too(self) -> None:
        lived = Story(SHORT).take(share(0), withdraw(1)).tick(100).take(notify(101)).tick(120)
        assert lines(lived, "withdrawal") == [
            (1, Status.OPEN, Finality.PROVISIONAL, False),
            (2, Status.REMEDIATED, Finality.PROVISIONAL, True),
            (3, Status.REMEDIATED, Finality.FINAL, True),
        ]

    def test_what_was_retracted_is_not_published_again(self) -> None:
        lived = Story(SHORT).take(share(2), grant(0))
        assert lived.subject.next_deadline is None
        assert lived.tick(1000).decisions[-1].findings == ()

    def test_what_opens_again_by_a_tick_is_not_late(self) -> None:
        """The retraction was; what the tick brings comes in time."""
        lived = Story(SHORT).take(share(0), withdraw(1, recorded_at=5)).tick(100).tick(120)
        lived.take(withdraw(150, recorded_at=4)).tick(150 + 72, ms=1)
        assert [line(f) for f in lived.published if f.family == "O.NOTIFY"] == [
            (1, Status.OPEN, Finality.PROVISIONAL, False),
            (2, Status.REVISED, Finality.FINAL, False),
            (3, Status.RETRACTED, Finality.FINAL, True),
            (4, Status.OPEN, Finality.FINAL, False),
        ]

    @pytest.mark.parametrize("late", [False, True])
    def test_what_is_open_and_late_stays_late_whatever_is_said_next(self, *, late: bool) -> None:
        said = {Slot("S.BASIS"): labelled_late(Status.OPEN)}
        row = msgspec.structs.replace(judged(share(2)), published=said)
        (finding,) = again(row, Verdict(code=Code.SHARE_AFTER_WITHDRAWAL), late=late).findings
        assert line(finding) == (8, Status.REVISED, Finality.PROVISIONAL, True)

    @pytest.mark.parametrize("late", [False, True])
    def test_what_was_retracted_is_late_again_only_if_what_opens_it_is(self, *, late: bool) -> None:
        said = {Slot("S.BASIS"): labelled_late(Status.RETRACTED)}
        row = msgspec.structs.replace(judged(share(2)), published=said)
        (finding,) = again(row, Verdict(code=Code.NO_CONSENT), late=late).findings
        assert line(finding) == (8, Status.OPEN, Finality.PROVISIONAL, late)

    def test_a_clock_that_is_not_known_takes_no_label_back(self) -> None:
        lived = Story(SHORT).take(share(2)).tick(20)
        lived.clock = None
        lived.take(withdraw(1))
        assert lived.published[-1].finality is Finality.FINAL


def test_without_a_term_the_first_word_is_provisional_and_the_next_tick_final() -> None:
    lived = Story(with_policy(final_after=hours(0)), clock=5).take(share(2))
    assert lived.published[0].finality is Finality.PROVISIONAL
    assert lived.tick(5).published[-1].finality is Finality.PROVISIONAL
    assert lived.tick(5, ms=1).published[-1].finality is Finality.FINAL


def test_an_event_costs_the_same_beside_many_that_wait_for_their_label() -> None:
    """Counted in what a tick and an event judge again."""
    shares = [share(2 + n, id=f"s{n}") for n in range(4_000)]
    lived = Story(with_policy(final_after=days(3000))).take(*shares)
    assert len(lived.subject.deadlines) == 4_000
    lived.take(share(5000, id="last"))
    assert lived.decisions[-1].rejudged == 1
    assert lived.tick(5001).decisions[-1].rejudged == 0
