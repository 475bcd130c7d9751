"""An answer is what the rules would find, were it to happen; and nothing stored is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from streams.ask.answers import Answer, AskedPerson, CoveredBy, Uncovered, person_of
from streams.core.codes import CODES
from streams.core.events import DataShare, Event, MarketingMessage
from streams.core.identifiers import ControllerId, EventId, RecipientId, SubjectId
from streams.core.policy import Policy, RecipientEntry, Registers, fixed_policy
from streams.core.refusals import refuse
from streams.core.state import EventRow, Refusal, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import Code, EventType, RecipientRole, Severity
from tests.core.builders import (
    MATCHING,
    OWN,
    buy,
    erase,
    grant,
    message,
    moment,
    object_,
    own_grant,
    processor_share,
    share,
    withdraw,
)
from tests.core.builders import (
    refuse as refused,
)
from tests.core.stories import POLICY, Story, story
from tests.subject_access.stored import rows_of


def person(lived: Story, policy: Policy = POLICY) -> AskedPerson:
    rows: list[EventRow | RefusalRow] = [*rows_of(lived), *lived.subject.refusals.values()]
    return person_of(Subject(ControllerId("OURCO"), SubjectId("s-1")), rows, policy)


def asked(event: Event, *facts: Event, policy: Policy = POLICY) -> Answer:
    return ask(Story(policy).take(*facts), event, policy)


def ask(lived: Story, event: Event, policy: Policy = POLICY) -> Answer:
    assert isinstance(event, DataShare | MarketingMessage)
    return person(lived, policy).ask(event)


SHARE = share(10, id="hypothetical", legal_basis_claimed="CONSENT")
MAIL = message(10, id="hypothetical")
HISTORIES: tuple[Sequence[Event], ...] = (
    (grant(0),),
    (grant(0), withdraw(1)),
    (grant(0), withdraw(1), grant(2, id="again")),
    (grant(0, purposes=[MATCHING]),),
    (grant(0, recipient_ids=["ZETA"]),),
    (grant(0, expires_at=5),),
    (grant(20),),
    (object_(1),),
    (erase(1),),
    (refused(1),),
    (own_grant(0), buy(0)),
    (own_grant(0), withdraw(1, purposes=[OWN])),
    (buy(0),),
    (share(1), share(2, id="second"), message(3)),
    (*(grant(n, id=f"g{n}", consent_id=f"c{n}") for n in range(9)), withdraw(9.5), share(3)),
)
EVENTS: tuple[Event, ...] = (
    SHARE,
    share(10, id="hypothetical", legal_basis_claimed="LEGITIMATE_INTEREST"),
    share(10, id="hypothetical", data_categories=["EMAIL", "HEALTH"]),
    share(10, id="hypothetical", recipient_country="US"),
    processor_share(10, id="hypothetical"),
    MAIL,
    message(10, id="hypothetical", channel="POST"),
    message(10, id="hypothetical", advertiser_id="ACME"),
)


@pytest.mark.parametrize("facts", HISTORIES, ids=range(len(HISTORIES)))
@pytest.mark.parametrize("event", EVENTS, ids=range(len(EVENTS)))
def test_the_answer_is_the_finding_that_it_would_be(event: Event, facts: Sequence[Event]) -> None:
    answer = asked(event, *facts)
    lived = story(*facts, event)
    found = [
        one
        for one in lived.open
        if one.event_id == "hypothetical"
        and one.family != "O.NOTIFY"
        and one.severity not in (Severity.ADVISORY, Severity.QUALITY)
    ]
    assert answer.covered is (not found)
    assert set(answer.codes) == {one.code for one in found}
    if found:
        heaviest = min(found, key=lambda one: list(Severity).index(one.severity))
        assert answer.severity is heaviest.severity
        assert (answer.code, answer.reason) in {(one.code, one.reason) for one in found}
    assert (answer.basis is None) is bool(found)


def test_nothing_stored_changes_and_asking_twice_gives_the_same() -> None:
    lived = story(grant(0), withdraw(20), share(1))
    one = person(lived)
    before = msgspec.msgpack.encode(rows_of(lived))
    earlier, later = SHARE, share(30, id="hypothetical")
    assert isinstance(earlier, DataShare)
    assert isinstance(later, DataShare)
    assert one.ask(earlier) == one.ask(earlier)
    assert one.ask(later).code == Code.SHARE_AFTER_WITHDRAWAL
    assert one.ask(earlier).covered, "at its own time it was"
    assert msgspec.msgpack.encode(rows_of(lived)) == before


def test_the_consent_that_it_rests_on_is_named() -> None:
    answer = asked(SHARE, grant(0, id="old", consent_id="c-1"), grant(1, consent_id="c-2"))
    assert (answer.basis, answer.consent_ids) == (CoveredBy.CONSENT, ("c-2",))
    assert answer.consent_event_ids == ("grant",)
    both: dict[str, Any] = {"data_categories": ["EMAIL", "PHONE"]}
    answer = asked(
        share(10, id="h", **both),
        grant(0, id="one", consent_id="c-1", data_categories=["EMAIL"]),
        grant(1, id="two", consent_id="c-2", data_categories=["PHONE"]),
    )
    assert answer.consent_ids == ("c-2", "c-1")


def test_other_bases_are_named_too() -> None:
    claimed = message(10, legal_basis_claimed="CONSENT")
    assert asked(claimed, own_grant(0)).basis is CoveredBy.CONSENT
    assert (
        asked(message(10, legal_basis_claimed="SOFT_OPT_IN"), buy(0)).basis is CoveredBy.SOFT_OPT_IN
    )
    assert asked(message(10, channel="POST"), buy(0)).basis is CoveredBy.NONE_NEEDED
    assert asked(share(10, purpose="PAYMENT"), buy(0)).basis is CoveredBy.NONE_NEEDED


def test_who_is_unknown_is_not_covered_whatever_would_go_out() -> None:
    for event in (SHARE, share(10, purpose="PAYMENT"), message(10, channel="POST")):
        answer = asked(event)
        assert (answer.covered, answer.reason) == (False, Uncovered.NOTHING_STORED)


def test_what_the_norm_does_not_judge_is_not_allowed_by_it() -> None:
    policy = Policy(assess_from=moment(11))
    answer = asked(SHARE, grant(0), policy=policy)
    assert (answer.covered, answer.reason) == (False, Uncovered.NOT_ASSESSED)
    assert answer.code is None


@pytest.mark.parametrize(
    ("kind", "covered"), [(EventType.CONSENT_CHANGE, False), (EventType.PURCHASE, True)]
)
def test_a_consent_change_that_could_not_be_read_may_be_a_withdrawal(
    kind: EventType, *, covered: bool
) -> None:
    lived = story(grant(0))
    refusal = Refusal(
        event_type=kind, event_id=EventId("bad"), occurred_at=None, ingested_at=moment(1)
    )
    refuse(lived.subject, refusal, POLICY, None)
    answer = ask(lived, SHARE)
    assert answer.covered is covered
    assert answer.reason == (None if covered else Uncovered.UNREAD_CONSENT_CHANGE)
    # Once it came again and could be read, the finding about it is closed.
    lived.take(withdraw(20, id="bad"))
    assert ask(lived, SHARE).covered


def test_the_register_decides_what_the_line_does_not_say() -> None:
    entry = RecipientEntry(
        recipient_id=RecipientId("ACME"), role=RecipientRole.PROCESSOR, country="NL",
        processing_agreement_ref="NONE",
    )  # fmt: skip
    policy = fixed_policy(registers=Registers(recipients=(entry,)))
    answer = asked(share(10, recipient_role=None), grant(0), policy=policy)
    assert CODES[answer.codes[0]].number == "S20"
