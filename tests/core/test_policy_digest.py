"""Digests show whether stored verdicts still hold under a policy (legal model 6)."""

from __future__ import annotations

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
from tests.core.builders import moment

FIVE = moment(5)
BEFORE = moment(5, ms=-1)
PLAIN = Policy()


def dated(*registers: Registers, **entries: DatedValue) -> Policy:
    return Policy(
        entries={name: (entry,) for name, entry in entries.items()},
        registers=registers[0] if registers else None,
    )


CHANGED = {
    "setting": dated(notify_deadline=DatedValue(FIVE, hours(24))),
    "recipient": dated(
        Registers(recipients=(RecipientEntry(recipient_id=RecipientId("ACME"), valid_from=FIVE),))
    ),
    "notice": dated(Registers(notices=(NoticeEntry(notice_version="v3", valid_from=FIVE),))),
    "adequacy": dated(
        Registers(
            adequacy=(*Registers().adequacy, AdequacyEntry(country="IN", valid_from=FIVE)),
        )
    ),
}


@pytest.mark.parametrize("policy", CHANGED.values(), ids=CHANGED)
def test_an_entry_for_the_future_leaves_the_past_alone(policy: Policy) -> None:
    assert policy.past_digest(BEFORE) == PLAIN.past_digest(BEFORE)
    assert policy.past_digest(FIVE) != PLAIN.past_digest(FIVE)
    assert policy.digest != PLAIN.digest


def test_the_end_of_a_decision_is_an_entry_too() -> None:
    lasting = Policy(registers=Registers(adequacy=(AdequacyEntry(country="IN"),)))
    ending = Policy(registers=Registers(adequacy=(AdequacyEntry(country="IN", valid_until=FIVE),)))
    assert ending.past_digest(BEFORE) == lasting.past_digest(BEFORE)
    assert ending.past_digest(FIVE) != lasting.past_digest(FIVE)


def test_equal_policies_have_equal_digests() -> None:
    one = Policy(entries={"notify_deadline": (DatedValue(FIVE, hours(24)),)})
    assert one.digest == CHANGED["setting"].digest
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
