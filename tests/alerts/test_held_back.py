"""What is held back, and when it is sent after all: hold-down, quiet hours, floods, waivers."""

from typing import Any

from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from streams.core.vocabulary import Finality, Severity
from tests.alerts.building import (
    ALL,
    HOUR,
    NOON,
    after,
    letter,
    policy,
    retracted,
    settle_all,
)

NIGHTS = [{"begin": "22:00:00", "end": "07:00:00"}]
NIGHT = Instant(NOON + 9 * HOUR)
"""23:00 in Amsterdam."""
MORNING = Instant(NOON + 17 * HOUR)
"""07:00 in Amsterdam."""


def test_a_finding_that_is_retracted_in_its_hold_down_pages_nobody_and_is_counted() -> None:
    alerts = policy({**ALL, "hold_down_s": 600})
    assert alerts.take(letter(), NOON) == []
    assert alerts.accounting.pending == 1
    assert alerts.take(retracted(), after(0.1)) == []
    assert alerts.tick(after(1)) == []
    account = alerts.accounting
    assert account.muted == {"retracted_in_hold_down": 2}
    assert account.balanced


def test_a_finding_that_outlives_its_hold_down_is_sent() -> None:
    alerts = policy({**ALL, "hold_down_s": 600})
    alerts.take(letter(), NOON)
    assert alerts.tick(after(599 / 3600)) == []
    (record,) = alerts.tick(after(600 / 3600))
    assert record.state == "firing"


def test_a_final_finding_waits_for_no_hold_down() -> None:
    alerts = policy({**ALL, "hold_down_s": 600})
    assert len(alerts.take(letter(finality=Finality.FINAL), NOON)) == 1


def test_quiet_hours_hold_back_and_end_in_one_summary() -> None:
    alerts = policy(quiet=NIGHTS)
    for number in range(3):
        held = letter(number, recipient_id=RecipientId(f"R{number}"))
        assert alerts.take(held, NIGHT) == []
    assert alerts.tick(Instant(MORNING - 1)) == []
    assert alerts.accounting.pending == 3
    (summary,) = alerts.tick(MORNING)
    assert summary.code == "ALERT_SUMMARY"
    assert summary.open_count == 3
    assert summary.summary == "3 findings in 1 second, with 3 recipients: R0 1, R1 1, R2 1"
    assert summary.explanation.startswith("Sharing without consent 3. One alert in place of 3")
    settle_all(alerts)
    account = alerts.accounting
    assert (account.delivered, account.grouped, account.pending) == (1, 2, 0)


def test_a_summary_resolves_when_everything_in_it_is_closed() -> None:
    alerts = policy(quiet=NIGHTS)
    for number in range(2):
        alerts.take(letter(number, recipient_id=RecipientId(f"R{number}")), NIGHT)
    (summary,) = alerts.tick(MORNING)
    assert alerts.take(retracted(0, recipient_id=RecipientId("R0")), MORNING) == []
    (resolved,) = alerts.take(retracted(1, recipient_id=RecipientId("R1")), MORNING)
    assert (resolved.key, resolved.version, resolved.state) == (summary.key, 2, "resolved")
    assert resolved.summary.endswith("each is closed or has an alert of its own")
    assert resolved.action == ""


def test_critical_findings_pass_quiet_hours() -> None:
    alerts = policy(quiet=NIGHTS)
    assert len(alerts.take(letter(code="SHARE_AFTER_OBJECTION"), NIGHT)) == 1


def test_what_is_closed_in_quiet_hours_before_it_was_sent_is_muted() -> None:
    alerts = policy(quiet=NIGHTS)
    alerts.take(letter(), NIGHT)
    alerts.take(retracted(), NIGHT)
    assert alerts.tick(MORNING) == []
    assert alerts.accounting.muted == {"closed_before_told": 2}


def test_a_resolve_waits_for_the_end_of_quiet_hours() -> None:
    alerts = policy(quiet=NIGHTS)
    alerts.take(letter(), NOON)
    assert alerts.take(retracted(), NIGHT) == []
    (resolved,) = alerts.tick(MORNING)
    assert resolved.state == "resolved"


def test_a_flood_becomes_one_summary_at_the_end_of_its_interval() -> None:
    alerts = policy(flood_max=5, flood_interval_s=60, window_s=86_400)
    record = []
    for number in range(417):
        record += alerts.take(letter(number, recipient_id=RecipientId(f"R{number}")), NOON)
    assert len(record) == 5
    (summary,) = alerts.tick(Instant(NOON + 60_000))
    assert summary.summary == (
        "412 findings in 1 second, with 412 recipients: R10 1, R100 1, R101 1 and 409 others"
    )
    settle_all(alerts)
    assert (alerts.accounting.delivered, alerts.accounting.grouped) == (6, 411)


def waiver(**changes: Any) -> list[dict[str, Any]]:
    table = {
        "codes": ["NO_CONSENT"],
        "reason": "Migration of the consent store",
        "owner": "Privacy office",
        "expires": "2026-09-01T20:00:00+02:00",
    }
    return [table | changes]


def test_what_a_waiver_covers_is_sent_as_such_and_wakes_when_it_runs_out() -> None:
    alerts = policy(waivers=waiver())
    (record,) = alerts.take(letter(), NOON)
    assert record.severity is Severity.ADVISORY
    assert record.waiver == (
        "Migration of the consent store (owner Privacy office, until 2026-09-01 20:00 CEST)"
    )
    assert alerts.tick(after(5.9)) == []
    (awake,) = alerts.tick(after(6.1))
    assert (awake.key, awake.version, awake.waiver) == (record.key, 2, None)
    assert awake.severity is Severity.HIGH


def test_a_route_may_mute_what_is_waived_until_it_runs_out() -> None:
    alerts = policy({**ALL, "waived": "mute"}, waivers=waiver(recipients=["ADNET"]))
    assert alerts.take(letter(), NOON) == []
    assert alerts.accounting.muted == {"waived": 1}
    assert len(alerts.take(letter(1, recipient_id=RecipientId("OTHER")), NOON)) == 1
    (awake,) = alerts.tick(after(6.1))
    assert awake.recipient_id == "ADNET"


def test_what_a_waiver_showed_is_resolved_when_it_is_closed_before_it_fires_again() -> None:
    alerts = policy(gather_s=5, waivers=waiver())
    alerts.take(letter(), NOON)
    (shown,) = alerts.tick(after(0.1))
    assert alerts.tick(after(6.1)) == [], "it gathers again"
    (resolved,) = alerts.take(retracted(), after(6.1))
    assert (resolved.key, resolved.version, resolved.state) == (shown.key, 2, "resolved")
    settle_all(alerts)
    assert alerts.accounting.balanced
    assert alerts.accounting.pending == 0


def test_what_grew_under_a_waiver_is_resolved_under_all_its_keys() -> None:
    alerts = policy(waivers=waiver(), window_s=604_800)
    for number in range(10):
        alerts.take(letter(number), NOON)
    assert [one.growth for one in alerts.on_their_way] == [0, 1]
    alerts.tick(after(6.1))
    for number in range(10):
        alerts.take(retracted(number), after(6.2))
    last = alerts.on_their_way[-1]
    assert (last.state, last.growth) == ("resolved", 1)


def test_a_summary_of_groups_that_all_fire_already_ends_with_them() -> None:
    alerts = policy(quiet=NIGHTS)
    recipients = [RecipientId(f"R{number % 2}") for number in range(4)]
    evening = after(7.5)
    for number, recipient in enumerate(recipients):
        alerts.take(letter(number, recipient_id=recipient), evening)
    assert alerts.tick(NIGHT) == []
    (summary,) = alerts.tick(MORNING)
    assert summary.code == "ALERT_SUMMARY"
    closed = []
    for number, recipient in enumerate(recipients):
        closed += alerts.take(retracted(number, recipient_id=recipient), MORNING)
    assert {one.state for one in closed} == {"resolved"}
    assert len(closed) == 3
    assert summary.key in {one.key for one in closed}
