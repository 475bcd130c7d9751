"""A late event re-judges what it can change, and only that: counted (legal model 4.5).

One subject with 1,000 shares to ten recipients, 100 own messages and 50 of another's
offers. `Decision.rejudged` counts the events evaluated, the new one included.
"""

from __future__ import annotations

import pytest

from streams.core.events import Event
from streams.core.instants import hours
from streams.core.vocabulary import Status
from tests.core.builders import (
    MATCHING,
    OFFERS,
    OWN,
    TPDM,
    buy,
    erase,
    grant,
    message,
    moment,
    notify,
    object_,
    share,
    withdraw,
)
from tests.core.rejudged import OFFERED, OWN_MESSAGES, RECIPIENTS, SHARES, history, lived, rejudged
from tests.core.stories import Story, with_policy

__all__ = ["lived"]


def test_the_history_is_clean_and_each_event_was_judged_once(lived: Story) -> None:
    assert lived.found() == {}
    assert [decision.rejudged for decision in lived.decisions] == [1] * len(lived.decisions)


@pytest.mark.parametrize(
    "event",
    [
        share(2000, id="new", recipient_id="R1"),
        message(2000, id="new"),
        withdraw(2000),
        object_(2000),
        grant(2000, id="new", recipient_ids=["R1"]),
        buy(2000, id="new"),
        notify(2000),
    ],
    ids=["share", "message", "withdrawal", "objection", "grant", "sale", "notice"],
)
def test_an_event_on_time_judges_itself_alone(lived: Story, event: Event) -> None:
    lived.take(event)
    assert rejudged(lived) == 1


def test_a_late_withdrawal_for_one_recipient_reaches_its_later_shares(lived: Story) -> None:
    lived.take(withdraw(500, recipient_ids=["R3"]))
    later = [n for n in range(500, SHARES) if n % 10 == 3]
    assert rejudged(lived) == len(later) + 1 == 51
    assert lived.found() == {f"s{n}": "S02" for n in later}


def test_a_late_withdrawal_reaches_up_to_the_next_one(lived: Story) -> None:
    lived.take(withdraw(800, id="next"))
    lived.take(withdraw(500))
    assert rejudged(lived) == 300 + 1
    assert len([f for f in lived.open if f.code == "SHARE_AFTER_WITHDRAWAL"]) == 500


def test_an_opt_out_at_a_late_sale_reaches_offers_of_others_too(lived: Story) -> None:
    """They come in our mail, and it is no sale that they rest on."""
    lived.take(buy(500, id="late", opt_out_exercised_at_collection=True))
    own = {f"m{n}" for n in range(OWN_MESSAGES) if 10 * n >= 500}
    offered = {f"o{n}" for n in range(OFFERED) if 20 * n >= 500}
    assert rejudged(lived) == len(own | offered) + 1
    assert {f.event_id for f in lived.open} == own | offered


def test_a_late_withdrawal_for_all_reaches_every_later_share_and_no_message(lived: Story) -> None:
    lived.take(withdraw(500))
    assert rejudged(lived) == 500 + 1


def test_a_late_objection_reaches_all_that_is_later(lived: Story) -> None:
    lived.take(object_(500))
    own = [n for n in range(OWN_MESSAGES) if 10 * n >= 500]
    offered = [n for n in range(OFFERED) if 20 * n >= 500]
    assert rejudged(lived) == 500 + len(own) + len(offered) + 1
    assert len(lived.open) == 500 + len(own) + len(offered)


def test_a_late_opt_out_of_one_channel_reaches_messages_on_it(lived: Story) -> None:
    lived.take(withdraw(500, purposes=[OWN], channels=["SMS"]))
    assert rejudged(lived) == 1
    lived.take(withdraw(501, id="mail", purposes=[OWN], channels=["EMAIL"]))
    own = [n for n in range(OWN_MESSAGES) if 10 * n >= 501]
    # And another's offers in our mail, which it stops too.
    offered = [n for n in range(OFFERED) if 20 * n >= 501]
    assert rejudged(lived) == len(own) + len(offered) + 1
    stopped = {f"m{n}" for n in own} | {f"o{n}" for n in offered}
    assert {f.event_id for f in lived.open} == stopped


def test_a_late_sale_reaches_own_messages_alone(lived: Story) -> None:
    lived.take(buy(500, id="late", purchase_id="p2"))
    assert rejudged(lived) == len([n for n in range(OWN_MESSAGES) if 10 * n >= 500]) + 1


def test_a_late_grant_reaches_the_later_findings_of_its_purpose(lived: Story) -> None:
    lived.take(grant(500, id="late", purposes=[MATCHING]))
    assert rejudged(lived) == 1
    lived.take(grant(500, id="offers2", purposes=[OFFERS]))
    assert rejudged(lived) == 1
    lived.take(withdraw(400, purposes=[OFFERS]))
    against = [n for n in range(OFFERED) if 400 <= 20 * n < 500]
    assert {f.event_id for f in lived.open} == {f"o{n}" for n in against}
    lived.take(grant(450, id="offers3", purposes=[OFFERS], recipient_ids=["ACME"]))
    assert rejudged(lived) == len([n for n in against if 20 * n >= 450]) + 1


def test_a_grant_given_again_and_again_reaches_to_the_next_one(lived: Story) -> None:
    lived.take(withdraw(-1, purposes=[OFFERS]))
    lived.take(*(grant(100 * n, id=f"again{n}", consent_id="c9") for n in range(1, 9)))
    lived.take(object_(150, purposes=[TPDM]))
    lived.take(grant(250, id="between", consent_id="c9"))
    assert rejudged(lived) <= 50 + 1


def test_a_first_consent_reaches_the_shares_that_it_came_too_late_for() -> None:
    """They keep their code; the reason turns from NO_RECORD to GRANTED_LATER."""
    lived = Story()
    for n in range(SHARES):
        lived.take(share(n, id=f"s{n}", recipient_id=RECIPIENTS[n % 10]))
    assert len(lived.open) == SHARES
    lived.take(grant(2000, id="own", purposes=[OWN]), grant(2001, id="x", recipient_ids=["NEW"]))
    assert [decision.rejudged for decision in lived.decisions[-2:]] == [1, 1]
    lived.take(grant(2002, id="late", recipient_ids=["R3"]))
    assert rejudged(lived) == SHARES // len(RECIPIENTS) + 1
    assert {finding.reason for finding in lived.decisions[-1].findings} == {"GRANTED_LATER"}


def test_a_late_share_judges_itself_and_the_duties_it_is_subject_to(lived: Story) -> None:
    lived.take(share(500, ms=1, id="late", recipient_id="R1"))
    assert rejudged(lived) == 1
    lived.take(erase(3000), share(500, ms=2, id="later", recipient_id="R1"))
    assert rejudged(lived) == 2


def test_a_late_message_judges_itself_alone(lived: Story) -> None:
    lived.take(message(500, ms=1, id="late"))
    assert rejudged(lived) == 1


def test_a_notice_judges_the_duties_towards_its_recipient() -> None:
    lived = Story().take(*history(), withdraw(2000), object_(2001))
    lived.take(notify(2002, recipient_id="R3"))
    assert rejudged(lived) == 3
    lived.take(notify(1999, id="before", recipient_id="R3"))
    assert rejudged(lived) == 1
    lived.take(notify(2002, id="other", recipient_id="NOBODY"))
    assert rejudged(lived) == 1


def test_a_tick_judges_the_triggers_whose_term_has_passed() -> None:
    policy = with_policy(notify_deadline=hours(72), final_after=hours(20_000))
    lived = Story(policy).take(*history(), withdraw(2000), object_(2010))
    assert lived.subject.next_deadline == moment(2072)
    assert lived.tick(2072).decisions[-1].rejudged == 0
    assert lived.tick(2072, ms=1).decisions[-1].rejudged == 1
    assert len(lived.decisions[-1].findings) == len(RECIPIENTS)
    assert lived.subject.next_deadline == moment(2082)
    assert lived.tick(9000).decisions[-1].rejudged == 1


def test_a_duplicate_judges_nothing(lived: Story) -> None:
    lived.take(share(0, id="s0", recipient_id="R0", consent_ref="g"))
    assert rejudged(lived) == 0


def test_rows_are_written_only_where_something_changed(lived: Story) -> None:
    """A late grant that changes no verdict writes its own row alone."""
    lived.take(withdraw(500, id="unheard", recipient_ids=["NOBODY"]), buy(500, id="late"))
    decision = lived.decisions[-1]
    assert [row.fact.event.event_id for row in decision.rows] == ["late"]
    assert decision.rejudged > 1
    lived.take(withdraw(500, recipient_ids=["R3"]))
    assert len(lived.decisions[-1].rows) == 51
    assert {finding.status for finding in lived.decisions[-1].findings} == {Status.OPEN}


@pytest.mark.parametrize(("ms", "counted"), [(-1, False), (0, False), (1, True), (2, True)])
def test_a_late_share_reaches_a_withdrawal_after_it(ms: int, *, counted: bool) -> None:
    lived = Story().take(grant(-1), share(0), withdraw(5, ms=ms))
    lived.take(share(5, id="late"))
    assert rejudged(lived) == 1 + counted


@pytest.mark.parametrize(("ms", "counted"), [(-1, False), (0, False), (1, True), (2, True)])
def test_a_late_share_reaches_the_withdrawals_after_it(ms: int, *, counted: bool) -> None:
    """Strictly after it; and no others, though there is one that it does reach."""
    lived = Story().take(grant(-1), share(0), withdraw(5, ms=ms), erase(9))
    lived.take(share(5, id="late"))
    assert rejudged(lived) == 2 + counted
    counts = {str(d.trigger_event_id): d.share_count for d in lived.duties.values()}
    assert (counts["withdrawal"], counts["erasure"]) == (1 + counted, 2)


class TestALateNotice:
    """It fulfils the duties that began since the one before it, its own instant included."""

    @pytest.mark.parametrize(("ms", "reached"), [(-1, 1), (0, 1), (1, 2), (2, 2)])
    def test_reaches_no_duty_that_the_one_before_it_fulfilled(self, ms: int, reached: int) -> None:
        lived = Story().take(grant(-1), share(0), notify(5), withdraw(5, ms=ms))
        lived.take(notify(9, id="late"))
        assert rejudged(lived) == reached
        [duty] = lived.duties.values()
        assert duty.notified_at == moment(5 if reached == 1 else 9)

    @pytest.mark.parametrize(("ms", "reached"), [(-1, 2), (0, 2), (1, 1), (2, 1)])
    def test_reaches_no_duty_that_began_after_it(self, ms: int, reached: int) -> None:
        lived = Story().take(grant(-1), share(0), withdraw(5, ms=ms))
        lived.take(notify(5, id="late"))
        assert rejudged(lived) == reached
        assert [duty.notified_at for duty in lived.duties.values()] == (
            [moment(5)] if reached == 2 else [None]
        )

    def test_comes_first_where_the_next_one_was_thought_to(self) -> None:
        lived = Story().take(grant(-1), share(0), withdraw(1), notify(9))
        lived.take(notify(5, id="late"))
        assert rejudged(lived) == 2
        assert [duty.notified_at for duty in lived.duties.values()] == [moment(5)]

    def test_beside_another_of_its_instant_changes_nothing(self) -> None:
        lived = Story().take(grant(-1), share(0), withdraw(1), notify(5, id="z"))
        lived.take(notify(5, id="a"))
        assert rejudged(lived) == 1
