"""Digests show whether stored verdicts still hold under a policy (legal model 6)."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.identifiers import RecipientId
from streams.core.instants import days, hours
from streams.core.policy import (
    AdequacyEntry,
    DatedValue,
    NoticeEntry,
    Policy,
    RecipientEntry,
    Registers,
)
from tests.core.builders import moment, processor_share
from tests.core.stories import found

FIVE = moment(5)
BEFORE = moment(5, ms=-1)
PLAIN = Policy()

KNOWN = Registers(
    recipients=(RecipientEntry(recipient_id=RecipientId("OTHERCO")),),
    notices=(NoticeEntry(notice_version="v2"),),
)
ACME = RecipientEntry(recipient_id=RecipientId("ACME"), valid_from=FIVE)
V3 = NoticeEntry(notice_version="v3", valid_from=FIVE)
INDIA = AdequacyEntry(country="IN", valid_from=FIVE)


def registered(**registers: object) -> Policy:
    """A policy whose registers know a recipient and a notice, beside what is given."""
    return Policy(registers=msgspec.structs.replace(KNOWN, **registers))


CHANGED = {
    "setting": (PLAIN, Policy(entries={"notify_deadline": (DatedValue(FIVE, hours(24)),)})),
    "recipient": (registered(), registered(recipients=(*KNOWN.recipients, ACME))),
    "notice": (registered(), registered(notices=(*KNOWN.notices, V3))),
    "adequacy": (registered(), registered(adequacy=(*KNOWN.adequacy, INDIA))),
}


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
def test_an_entry_for_the_future_leaves_the_past_alone(before: Policy, after: Policy) -> None:
    assert after.past_digest(BEFORE) == before.past_digest(BEFORE)
    assert after.past_digest(FIVE) != before.past_digest(FIVE)
    assert after.digest != before.digest


@pytest.mark.parametrize("first", [Registers(recipients=(ACME,)), Registers(notices=(V3,))])
def test_the_first_entry_of_a_register_counts_in_every_past(first: Registers) -> None:
    """Others are unknown from the beginning, whatever the date of the entry (3.1)."""
    assert Policy(registers=first).past_digest(BEFORE) != PLAIN.past_digest(BEFORE)


def test_since_it_changes_what_was_shared_before() -> None:
    shared = processor_share(2, recipient_id="ACME")
    assert found(shared) == {}
    first = Policy(registers=Registers(recipients=(ACME,)))
    assert found(shared, policy=first) == {"share": "S07"}


def test_a_first_mark_for_the_future_leaves_the_past_alone() -> None:
    mark = NoticeEntry(notice_version="v3", valid_from=FIVE, defect="a grey link")
    first = Policy(registers=Registers(notices=(mark,)))
    assert first.past_digest(BEFORE) == PLAIN.past_digest(BEFORE)


def test_the_end_of_a_decision_is_an_entry_too() -> None:
    lasting = Policy(registers=Registers(adequacy=(AdequacyEntry(country="IN"),)))
    ending = Policy(registers=Registers(adequacy=(AdequacyEntry(country="IN", valid_until=FIVE),)))
    assert ending.past_digest(BEFORE) == lasting.past_digest(BEFORE)
    assert ending.past_digest(FIVE) != lasting.past_digest(FIVE)


def test_equal_policies_have_equal_digests() -> None:
    one = Policy(entries={"notify_deadline": (DatedValue(FIVE, hours(24)),)})
    assert one.digest == CHANGED["setting"][1].digest
    assert one.version == f"default+{one.digest[:8]}"


def test_what_holds_for_all_times_counts_in_every_past() -> None:
    assert Policy(assess_from=FIVE).past_digest(BEFORE) != PLAIN.past_digest(BEFORE)
    assert Policy(law_version="2027-01-01").past_digest(BEFORE) != PLAIN.past_digest(BEFORE)


def test_entries_hold_from_their_day_in_whatever_order_they_are_given() -> None:
    entries = (DatedValue(moment(9), days(2)), DatedValue(FIVE, days(1)))
    policy = Policy(entries={"notify_deadline": entries})
    assert [
        policy.at(at).notify_deadline for at in (BEFORE, FIVE, moment(9, ms=-1), moment(9))
    ] == [hours(72), days(1), days(1), days(2)]
