from __future__ import annotations

import pytest

from streams.alerts.policy import AlertPolicy
from streams.core.identifiers import RecipientId
from streams.core.vocabulary import Finality, Severity, Status
from streams.sinks.finding_update import FindingUpdate
from tests.alerts.building import (
    ALL,
    NOON,
    SINK,
    after,
    letter,
    options,
    policy,
    retracted,
    settle_all,
)
from tests.siem.lives import duty_fulfilled


def test_the_first_finding_of_a_group_is_sent_at_once() -> None:
    (record,) = policy().take(letter(), NOON)
    assert (record.state, record.version, record.count, record.open_count) == ("firing", 1, 1, 1)
    assert record.provisional_count == 1
    assert record.severity is Severity.HIGH
    assert record.summary == "Sharing without consent, recipient ADNET: 1 found"
    assert record.action.startswith("Stop this transfer")
    assert record.fires_since == NOON


def test_more_of_a_group_are_counted_and_sent_at_the_end_of_the_window() -> None:
    alerts = policy()
    (first,) = alerts.take(letter(0), NOON)
    assert [alerts.take(letter(number), NOON) for number in range(1, 5)] == [[]] * 4
    assert alerts.tick(after(0.9)) == []
    (update,) = alerts.tick(after(1))
    assert (update.key, update.version, update.count) == (first.key, 2, 5)
    settle_all(alerts)
    account = alerts.accounting
    assert (account.raised, account.delivered, account.grouped) == (5, 2, 3)
    assert account.pending == 0
    assert account.balanced


def test_other_recipients_rules_and_windows_are_groups_of_their_own() -> None:
    alerts = policy()
    record = alerts.take(letter(0), NOON)
    record += alerts.take(letter(1, recipient_id=RecipientId("OTHER")), NOON)
    record += alerts.take(letter(2, code="CONSENT_EXPIRED"), NOON)
    record += alerts.take(letter(3), after(1))
    assert len({one.key for one in record}) == 4


def test_a_group_resolves_when_all_are_closed_and_fires_again_with_a_higher_version() -> None:
    alerts = policy()
    (fired,) = alerts.take(letter(0), NOON)
    alerts.take(letter(1), NOON)
    assert alerts.take(retracted(0), after(0.1)) == []
    (resolved,) = alerts.take(retracted(1), after(0.2))
    assert (resolved.key, resolved.state, resolved.version) == (fired.key, "resolved", 2)
    (again,) = alerts.take(letter(1, 3, status=Status.OPEN), after(5))
    assert (again.key, again.state, again.version) == (fired.key, "firing", 3)


def test_a_revision_to_another_code_closes_it_in_the_one_group_and_opens_it_in_the_other() -> None:
    alerts = policy()
    (fired,) = alerts.take(letter(), NOON)
    resolved, moved = alerts.take(letter(0, 2, code="CONSENT_EXPIRED"), NOON)
    assert (resolved.key, resolved.state) == (fired.key, "resolved")
    assert (moved.code, moved.state) == ("CONSENT_EXPIRED", "firing")
    settle_all(alerts)
    assert alerts.accounting.delivered == 2


def test_a_duty_is_sent_and_resolved() -> None:
    due, fulfilled = duty_fulfilled()
    alerts = policy()
    record = []
    for offset, one in enumerate((due, fulfilled)):
        sent = FindingUpdate(record=one, topic="duties", partition=0, offset=offset)
        record += alerts.take(sent, NOON)
    assert [one.state for one in record] == ["firing", "resolved"]
    assert record[0].severity is Severity.OBLIGATION


def test_a_revision_that_was_taken_before_is_a_duplicate() -> None:
    alerts = policy()
    alerts.take(letter(0, 2), NOON)
    assert alerts.take(letter(0, 2), NOON) == []
    assert alerts.take(letter(0, 1), NOON) == []
    account = alerts.accounting
    assert (account.raised, account.duplicates) == (1, 2)


def test_the_label_final_alone_notifies_nobody() -> None:
    alerts = policy(window_s=60)
    alerts.take(letter(), NOON)
    settle_all(alerts)
    assert alerts.take(letter(0, 2, finality=Finality.FINAL), after(720)) == []
    assert alerts.tick(after(721)) == []
    assert (alerts.accounting.delivered, alerts.accounting.grouped) == (1, 1)
    (resolved,) = alerts.take(retracted(0, 3), after(722))
    assert (resolved.version, resolved.provisional_count) == (2, 0)


def test_the_first_route_that_matches_holds() -> None:
    routes = (
        {"name": "page", "sinks": ["pager"], "severities": ["CRITICAL"]},
        {"name": "ours", "sinks": [SINK], "codes": ["NO_CONSENT"], "recipients": ["ADNET"]},
        {"name": "rest", "sinks": []},
    )
    alerts = policy(*routes)
    critical = letter(0, code="SHARE_AFTER_OBJECTION")
    assert critical.record.severity is Severity.CRITICAL
    assert alerts.take(critical, NOON) == []
    other = letter(1, recipient_id=RecipientId("OTHER"))
    assert not alerts.routes(other)
    assert alerts.take(other, NOON) == []
    assert alerts.routes(letter(2))
    assert len(alerts.take(letter(2), NOON)) == 1
    assert len(AlertPolicy(options(*routes), "pager").take(critical, NOON)) == 1
    assert alerts.accounting.elsewhere == 2


def test_what_is_revised_towards_another_sink_is_resolved_here() -> None:
    alerts = policy({"name": "ours", "sinks": [SINK], "codes": ["NO_CONSENT"]})
    alerts.take(letter(), NOON)
    (resolved,) = alerts.take(letter(0, 2, code="CONSENT_EXPIRED"), NOON)
    assert resolved.state == "resolved"
    assert alerts.accounting.balanced


def test_pseudonyms_are_sent_only_where_the_route_says_so() -> None:
    subject = letter().record.subject_id
    assert subject is not None
    (plain,) = policy().take(letter(), NOON)
    assert plain.pseudonyms == ()
    assert subject not in repr(plain)
    (named,) = policy({**ALL, "pseudonyms": True}).take(letter(), NOON)
    assert named.pseudonyms == (subject,)


def test_the_snapshot_holds_no_subject_unless_pseudonyms_are_switched_on() -> None:
    subject = letter().record.subject_id
    assert subject is not None
    alerts = policy()
    alerts.take(letter(), NOON)
    assert subject.encode() not in alerts.snapshot()
    alerts = policy({**ALL, "pseudonyms": True})
    alerts.take(letter(), NOON)
    assert subject.encode() in alerts.snapshot()


def test_texts_are_dutch_where_the_route_says_so() -> None:
    (record,) = policy({**ALL, "language": "nl"}).take(letter(), NOON)
    assert record.summary == "Een verstrekking zonder toestemming, ontvanger ADNET: 1 gevonden"


def test_hostile_recipients_are_shown_in_safe_form() -> None:
    (record,) = policy().take(letter(recipient_id=RecipientId("a\nb\u202e")), NOON)
    assert record.summary.isprintable()
    assert record.recipient_id is not None
    assert record.recipient_id.isprintable()


def test_an_alert_that_the_sink_rejects_is_counted_with_all_that_it_carries() -> None:
    alerts = policy()
    (record,) = alerts.take(letter(), NOON)
    alerts.settle(record.uid, delivered=False)
    alerts.settle(record.uid, delivered=True)
    account = alerts.accounting
    assert (account.dead_lettered, account.delivered) == (1, 0)


def test_groups_are_forgotten_after_their_time_and_above_the_bound() -> None:
    alerts = policy(retention_s=7_200, remembered_max=100, flood_max=1000)
    for number in range(150):
        alerts.take(letter(number, recipient_id=RecipientId(f"R{number}")), NOON)
    settle_all(alerts)
    full = len(alerts.snapshot())
    alerts.tick(after(0.1))
    assert alerts.accounting.forgotten == 50
    assert len(alerts.snapshot()) < full
    alerts.tick(after(3))
    assert alerts.accounting.forgotten == 150
    assert alerts.take(retracted(149), after(3)) == []
    assert alerts.accounting.balanced


def test_what_was_on_its_way_is_sent_again_after_a_restore() -> None:
    alerts = policy()
    (record,) = alerts.take(letter(), NOON)
    other = policy()
    other.restore(alerts.snapshot())
    assert other.on_their_way == [record]
    assert other.take(letter(), NOON) == []


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"no", "no snapshot"),
        (policy().snapshot().replace(b"\x01", b"\x09", 1), "format 9"),
        (AlertPolicy(options(), "pager").snapshot(), "another sink"),
    ],
)
def test_a_snapshot_that_does_not_fit_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        policy().restore(data)
