"""O01 and O02: Whom must the controller notify, and by when (legal model 4.4)."""

from __future__ import annotations

import pytest

from streams.core.events import Event
from streams.core.vocabulary import EventType, Severity, Status
from tests.core.builders import (
    MATCHING,
    OWN,
    buy,
    erase,
    grant,
    message,
    moment,
    notify,
    object_,
    processor_share,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import Story, found, owed, story
from tests.core.test_duties_cancelled import DUE, LAWFUL


class TestWhoMustBeNotified:
    @pytest.mark.parametrize("signal", [withdraw(1), object_(1), erase(1)])
    def test_who_received_before(self, signal: Event) -> None:
        lived = story(grant(-1), share(0), signal)
        assert lived.found() == {}
        assert lived.owed() == {(signal.event_id, "ACME"): "DUE"}

    def test_nobody_after_a_refusal(self) -> None:
        assert owed(share(0), refuse(1)) == {}

    @pytest.mark.parametrize(("ms", "duties"), [(-1, DUE), (0, {("share", "ACME"): "DUE"})])
    def test_strictly_before_the_signal(self, ms: int, duties: dict[tuple[str, str], str]) -> None:
        """A share at its very instant is one against the withdrawal, with a duty of its own."""
        assert owed(share(1, ms=ms), withdraw(1)) == duties

    def test_whether_the_share_was_lawful_or_not(self) -> None:
        assert owed(share(0), withdraw(1)) == owed(grant(-1), share(0), withdraw(1)) == DUE

    @pytest.mark.parametrize("role", ["THIRD_PARTY", "JOINT_CONTROLLER", "PROCESSOR", "UNKNOWN"])
    def test_in_every_role(self, role: str) -> None:
        event = share(0, recipient_role=role, purpose=OWN)
        assert owed(event, object_(1)) == {("objection", "ACME"): "DUE"}

    def test_but_not_the_controller_itself(self) -> None:
        inside = share(0, recipient_id="OURCO", recipient_role="OWN_CONTROLLER")
        assert owed(inside, object_(1)) == {}

    def test_only_of_marketing_in_scope(self) -> None:
        assert owed(share(0, purpose="PAYMENT"), object_(1)) == {}
        assert owed(share(0, purpose=MATCHING), withdraw(1)) == {}
        assert owed(share(0), withdraw(1, recipient_ids=["OTHERCO"])) == {}

    def test_by_the_purpose_as_normalised(self) -> None:
        vague = share(0, purpose="ANALYTICS", recipient_kind="SOCIAL_MEDIA")
        assert owed(vague, withdraw(1)) == DUE
        assert owed(share(0, purpose=OWN, recipient_own_use=True), withdraw(1)) == DUE

    def test_a_signal_on_a_channel_of_ours_concerns_no_share_for_our_marketing(self) -> None:
        own = processor_share(0)
        assert owed(own, object_(1, channels=["EMAIL"])) == {}
        assert owed(own, object_(1)) == {("objection", "MAILCO"): "DUE"}

    def test_each_recipient_once_for_each_signal(self) -> None:
        shares = [share(0), share(0.5, id="s2"), share(0, id="s3", recipient_id="OTHERCO")]
        lived = story(*shares, withdraw(1), object_(2))
        assert len(lived.owed()) == 4
        (duty,) = (d for d in lived.duties.values()
                   if (d.trigger_event_id, d.recipient_id) == ("withdrawal", "ACME"))  # fmt: skip
        assert duty.share_ids == ("share", "s2")
        assert (duty.trigger, duty.severity) == ("WITHDRAWN", Severity.OBLIGATION)
        assert (duty.starts_at, duty.due_at) == (moment(1), moment(73))

    def test_a_message_brings_none(self) -> None:
        assert owed(buy(0), object_(1), message(2)) == {}

    def test_an_opt_out_at_collection_brings_none(self) -> None:
        assert owed(processor_share(0), buy(1, opt_out_exercised_at_collection=True)) == {}


class TestSharesAgainstTheWill:
    @pytest.mark.parametrize("signal", [withdraw(1), object_(1), refuse(1)])
    def test_bring_their_own(self, signal: Event) -> None:
        assert owed(signal, share(2)) == {("share", "ACME"): "DUE"}

    def test_of_a_processor_too(self) -> None:
        assert owed(object_(1), processor_share(2)) == {("share", "MAILCO"): "DUE"}

    def test_without_consent_alone_bring_none(self) -> None:
        assert owed(share(2)) == {}

    def test_no_grant_cancels_them(self) -> None:
        lived = story(withdraw(1), share(2), grant(3)).tick(200)
        assert lived.owed() == {("share", "ACME"): "OVERDUE"}


class TestNotifying:
    @pytest.mark.parametrize(
        ("when", "ms", "status"),
        [
            (1, -1, "DUE"),
            (1, 0, "FULFILLED"),
            (73, 0, "FULFILLED"),
            (73, 1, "DUE"),
        ],
    )
    def test_from_the_start_to_the_deadline(self, when: int, ms: int, status: str) -> None:
        assert owed(share(0), withdraw(1), notify(when, ms=ms)) == {("withdrawal", "ACME"): status}

    def test_the_right_recipient(self) -> None:
        assert owed(share(0), withdraw(1), notify(2, recipient_id="OTHERCO")) == DUE

    def test_by_recipient_and_time_alone(self) -> None:
        other = notify(2, trigger_event_id="elsewhere", kind="ERASURE")
        assert owed(share(0), withdraw(1), other) == {("withdrawal", "ACME"): "FULFILLED"}

    def test_one_notice_fulfils_several_duties(self) -> None:
        assert set(owed(share(0), withdraw(1), object_(2), notify(3)).values()) == {"FULFILLED"}

    @pytest.mark.parametrize(("ms", "codes"), [(0, {}), (1, {"withdrawal": "O02"})])
    def test_overdue_strictly_after_the_deadline(self, ms: int, codes: dict[str, str]) -> None:
        lived = story(*LAWFUL, withdraw(1)).tick(73, ms=ms)
        assert lived.found() == codes

    def test_an_event_that_comes_at_the_deadline_itself_is_not_overdue(self) -> None:
        assert owed(*LAWFUL, withdraw(1), clock=73) == DUE

    def test_not_without_a_clock(self) -> None:
        lived = story(*LAWFUL, withdraw(1), share(9000, id="s2", purpose="PAYMENT"))
        assert lived.found() == {}

    def test_an_event_that_comes_after_the_clock_is_overdue_at_once(self) -> None:
        lived = Story(clock=100).take(*LAWFUL, withdraw(1))
        assert (lived.found(), set(lived.owed().values())) == ({"withdrawal": "O02"}, {"OVERDUE"})

    def test_notified_late_is_remedied(self) -> None:
        lived = story(share(0), withdraw(1)).tick(73, ms=1)
        assert lived.finding("O02").status is Status.OPEN
        lived.take(notify(80))
        finding = lived.finding("O02")
        assert (finding.status, finding.recipient_id) == (Status.REMEDIATED, "ACME")
        (duty,) = lived.duties.values()
        assert (duty.status, duty.notified_at) == ("FULFILLED_LATE", moment(80))

    def test_one_millisecond_late_is_late(self) -> None:
        lived = story(share(0), withdraw(1), notify(73, ms=1)).tick(73, ms=1)
        assert lived.finding("O02").status is Status.REMEDIATED

    def test_proof_that_comes_late_of_a_notice_in_time(self) -> None:
        lived = story(*LAWFUL, withdraw(1)).tick(100).take(notify(2))
        assert (lived.found(), set(lived.owed().values())) == ({}, {"FULFILLED"})

    def test_the_duty_and_its_breach_have_addresses_of_their_own(self) -> None:
        lived = story(share(0), withdraw(1)).tick(100)
        (duty,) = lived.duties.values()
        assert not set(lived.duties) & set(lived.findings)
        assert duty.trigger_event_type is EventType.CONSENT_CHANGE
        assert duty.trigger_event_id == lived.finding("O02").event_id

    def test_the_next_deadline_is_known(self) -> None:
        lived = story(share(0), withdraw(1))
        assert lived.subject.next_deadline == moment(73)
        assert lived.tick(73).subject.next_deadline == moment(73)
        label = lived.tick(73, ms=1).subject.next_deadline
        assert label == moment(30 * 24), "of the share without consent (P15)"


def test_a_share_that_comes_to_light_late_brings_the_duty() -> None:
    lived = story(withdraw(1))
    assert lived.owed() == {}
    assert lived.take(share(0)).owed() == DUE


def test_both_duties_towards_one_recipient_stand() -> None:
    lived = story(share(0), withdraw(1), share(2, id="s2")).tick(100)
    assert lived.found() == {"share": "S07", "withdrawal": "O02", "s2": "O02 S02"}
    assert found(share(0), withdraw(1), share(2, id="s2"), notify(2), clock=100) == {
        "share": "S07", "s2": "S02"}  # fmt: skip
