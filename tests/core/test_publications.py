"""What was known when: a row keeps how each revision was published (GDPR 5(2))."""

from __future__ import annotations

import msgspec

from streams.core.event_kinds import event_key
from streams.core.identifiers import EventId, RecipientId, Slot
from streams.core.instants import Instant, days
from streams.core.judge import judge_deadlines
from streams.core.policy import Policy, fixed_policy
from streams.core.publications import KEPT, Publication, dropped
from streams.core.reassess import again
from streams.core.refusals import refuse
from streams.core.state import EventRow, Published, Refusal
from streams.core.subject import Subject
from streams.core.vocabulary import ClosingReason, EventType
from tests.core.builders import grant, moment, notify, share, withdraw
from tests.core.stories import POLICY, Story, story

BASIS, OWED = Slot("S.BASIS"), RecipientId("ACME")


def row(lived: Story, event_id: str) -> EventRow:
    records = lived.subject.records.values()
    return next(one.row for one in records if one.event.event_id == event_id)


def published(lived: Story) -> Published:
    return row(lived, "share").published[BASIS]


def brief(one: Publication) -> tuple[int, Instant | None, str, str, str | None]:
    return one.revision, one.at, one.status, one.code, one.reason


def test_each_revision_is_kept_with_its_instant_and_policy() -> None:
    lived = story(share(3), grant(0, recorded_at=4), withdraw(1, recorded_at=9))
    assert [brief(one) for one in published(lived).publications] == [
        (1, moment(3), "OPEN", "NO_CONSENT", "NO_RECORD"),
        (2, moment(4), "RETRACTED", "NO_CONSENT", "LATE_EVIDENCE"),
        (3, moment(9), "OPEN", "SHARE_AFTER_WITHDRAWAL", "WITHDRAWN"),
    ]
    assert {one.basis for one in published(lived).publications} == {POLICY.digest}


def test_a_revision_names_the_policy_that_was_in_force_then() -> None:
    lived = story(share(3))
    lived.policy = fixed_policy("next", allow_basis_fallback=False)
    lived.take(grant(0))
    first, second = published(lived).publications
    assert (first.basis, second.basis) == (POLICY.digest, lived.policy.digest)


def test_a_record_that_waited_was_known_when_it_was_judged() -> None:
    """Producers may stamp records with the time of the event: the clock shows more."""
    lived = Story(clock=50).take(share(2), grant(0))
    assert [one.at for one in published(lived).publications] == [moment(50), moment(50)]
    assert lived.published[0].detected_at == moment(2)


def test_the_label_final_is_a_revision_too() -> None:
    lived = story(share(2)).tick(24 * 31)
    assert [(one.revision, one.final) for one in published(lived).publications] == [
        (1, False),
        (2, True),
    ]


def test_a_duty_has_its_own() -> None:
    lived = story(share(0), withdraw(1)).tick(100).take(notify(101))
    owed = row(lived, "withdrawal").duties[OWED]
    assert [brief(one) for one in owed.publications] == [
        (1, moment(1), "DUE", "RECIPIENT_NOTIFICATION_DUE", "WITHDRAWN"),
        (2, moment(100), "OVERDUE", "RECIPIENT_NOTIFICATION_DUE", "WITHDRAWN"),
        (3, moment(101), "FULFILLED_LATE", "RECIPIENT_NOTIFICATION_DUE", "WITHDRAWN"),
    ]


def test_an_overdue_duty_and_its_finding_have_addresses_of_their_own() -> None:
    lived = story(share(0), withdraw(1)).tick(100)
    overdue = [one for one in lived.open if one.code == "RECIPIENT_NOT_NOTIFIED"]
    assert len(overdue) == len(lived.duties) == 1
    assert not {one.violation_id for one in lived.published} & set(lived.duties)


def test_of_a_refused_id_as_well() -> None:
    lived = Story(clock=5)
    refusal = Refusal(
        event_type=EventType.DATA_SHARE,
        event_id=EventId("share"),
        occurred_at=None,
        ingested_at=moment(2),
    )
    lived.decisions.append(refuse(lived.subject, refusal, POLICY, lived.clock))
    lived.take(share(6))
    (kept,) = lived.subject.refusals.values()
    assert [brief(one) for one in kept.publications] == [
        (1, moment(5), "OPEN", "UNPROCESSABLE_EVENT", None),
        (2, moment(6), "REMEDIATED", "UNPROCESSABLE_EVENT", None),
    ]


def turned(times: int) -> Published:
    """A slot that was published so often, by policies in turn."""
    lived = story(share(2))
    policies: list[Policy] = [
        fixed_policy(f"v{number}", allow_basis_fallback=bool(number % 2)) for number in range(2)
    ]
    one = row(lived, "share")
    subject = Subject.from_rows(lived.subject.controller_id, lived.subject.subject_id, [one])
    # A label that comes and goes is a revision each time: the cheapest one there is.
    for number in range(1, times):
        kept = next(iter(subject.records.values())).row
        slot = kept.published[BASIS]
        fresh = msgspec.structs.replace(slot, final=False, final_at=moment(number))
        kept = msgspec.structs.replace(kept, published={BASIS: fresh})
        subject = Subject.from_rows(subject.controller_id, subject.subject_id, [kept])
        judge_deadlines(subject, moment(number, 1), policies[number % 2])
    return next(iter(subject.records.values())).row.published[BASIS]


def test_another_policy_in_place_is_a_revision_with_its_reason() -> None:
    lived = story(grant(0), withdraw(1), share(3))
    before = published(lived).publications
    lenient = fixed_policy("lenient", withdrawal_grace=days(900))
    again(
        lived.subject,
        event_key(row(lived, "share").fact.event),
        lenient,
        moment(200),
        at=moment(200),
        new=None,
        cause=ClosingReason.POLICY_CHANGED,
    )
    *earlier, last = published(lived).publications
    assert tuple(earlier) == before
    assert brief(last)[1:3] == (moment(200), "RETRACTED")
    assert (last.reason, last.basis) == ("POLICY_CHANGED", lenient.digest)


def test_the_first_and_the_latest_are_kept_and_the_rest_is_counted() -> None:
    for times in (1, KEPT - 1, KEPT, KEPT + 1, 3 * KEPT):
        kept = turned(times).publications
        assert len(kept) == min(times, KEPT)
        assert dropped(kept) == times - len(kept)
        assert [one.revision for one in kept[:1]] == [1]
        assert [one.revision for one in kept[1:]] == list(range(times - len(kept) + 2, times + 1))


def test_of_rows_of_before_nothing_is_made_up() -> None:
    lived = story(share(3))
    old = row(lived, "share")
    bare = msgspec.structs.replace(old.published[BASIS], history=None, revision=4)
    lived.subject = Subject.from_rows(
        lived.subject.controller_id,
        lived.subject.subject_id,
        [msgspec.structs.replace(old, published={BASIS: bare})],
    )
    lived.take(grant(0, recorded_at=9))
    kept = published(lived).publications
    assert [brief(one) for one in kept] == [
        (4, None, "OPEN", "NO_CONSENT", "NO_RECORD"),
        (5, moment(9), "RETRACTED", "NO_CONSENT", "LATE_EVIDENCE"),
    ]
    assert [one.basis for one in kept] == ["", POLICY.digest]
    assert dropped(kept) == 0
