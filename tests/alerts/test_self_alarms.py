"""Alarms of the policy's own, and what a receiver that forgets is sent again."""

from tests.alerts.building import NOON, SINK, after, letter, policy, retracted, settle_all


def test_a_heartbeat_comes_every_interval_but_not_behind_one_that_is_on_its_way() -> None:
    alerts = policy(heartbeat={"sinks": [SINK], "every_s": 3600})
    (beating,) = alerts.tick(NOON)
    assert beating.code == "HEARTBEAT"
    assert alerts.tick(after(2)) == []
    settle_all(alerts)
    (again,) = alerts.tick(after(3))
    assert (again.key, again.version) == (beating.key, 2)
    assert alerts.accounting.balanced


def test_a_producer_that_falls_silent_is_reported_and_resolved() -> None:
    alerts = policy(silence={"sinks": [SINK], "after_s": {"consent-change": 3600}})
    assert alerts.tick(after(50)) == []  # never heard of
    alerts.observe({"consent-change": NOON})
    assert alerts.tick(after(0.9)) == []
    (silent,) = alerts.tick(after(1))
    assert "consent-change" in silent.summary
    assert alerts.tick(after(2)) == []
    alerts.observe({"consent-change": after(2)})
    (back,) = alerts.tick(after(2))
    assert (back.key, back.state, back.version) == (silent.key, "resolved", 2)
    assert back.summary == "consent-change events arrive again, since 2026-09-01 16:00 CEST"
    assert back.action == ""


def test_many_shared_without_any_consent_event_are_reported_and_resolved() -> None:
    alerts = policy(unconsented={"sinks": [SINK], "share_above": 0.2, "subjects_min": 10})
    alerts.observe(shared=5, unconsented=5)
    assert alerts.tick(NOON) == []
    alerts.observe(shared=100, unconsented=21)
    (record,) = alerts.tick(NOON)
    assert "21 of 100" in record.summary
    alerts.observe(shared=100, unconsented=19)
    assert alerts.tick(NOON) == []
    alerts.observe(shared=100, unconsented=18)
    (over,) = alerts.tick(NOON)
    assert over.state == "resolved"


def test_what_fires_can_be_asked_for_and_what_is_on_its_way_is_not_among_it() -> None:
    alerts = policy(silence={"sinks": [SINK], "after_s": {"purchase": 3600}},
                    heartbeat={"sinks": [SINK], "every_s": 3600})  # fmt: skip
    (fired,) = alerts.take(letter(0), NOON)
    assert alerts.standing(NOON) == []
    alerts.observe({"purchase": after(-2)})
    alerts.tick(NOON)
    settle_all(alerts)
    alerts.take(letter(1), NOON)
    group, silence = alerts.standing(NOON)
    assert (group.key, group.version, group.count) == (fired.key, 1, 2)
    assert silence.code == "PRODUCER_SILENT"
    for number in range(2):
        alerts.take(retracted(number), NOON)
    settle_all(alerts)
    assert [one.code for one in alerts.standing(NOON)] == ["PRODUCER_SILENT"]


def test_a_new_start_hears_only_of_inputs_that_moved_meanwhile() -> None:
    alerts = policy()
    assert alerts.moved({"shares/0": 0, "consents/0": 7}) == {"consents/0"}
    taken_over = policy()
    taken_over.restore(alerts.snapshot())
    assert taken_over.moved({"shares/0": 0, "consents/0": 7}) == set()
    assert taken_over.moved({"shares/0": 1, "consents/0": 7}) == {"shares/0"}
