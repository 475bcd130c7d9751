"""An alert that gathers, grows, and is heard: a page says how much, and ten times as much is new."""

from __future__ import annotations

import pytest

from streams.alerts.growth import growth
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from tests.alerts.building import NOON, letter, policy, retracted, settle_all
from tests.alerts.floods import at, flood


def test_the_first_page_of_a_flood_names_count_pace_and_recipient_and_tenfold_is_a_new_one() -> (
    None
):
    alerts = policy(gather_s=5)
    sent = flood(alerts, count=10_000, seconds=294)
    assert [(one.state, one.growth) for _, one in sent] == [("firing", 0), ("firing", 1)]
    (first_s, first), (second_s, second) = sent
    assert first_s == 5
    assert first.summary == (
        "Sharing without consent, recipient ADNET: 171 found in 5 seconds, about 2,100 a minute"
    )
    assert first.action.startswith(
        "Stop the export or campaign that sends data to ADNET. Then, for each finding: Stop"
    )
    assert 45 < second_s < 55
    assert second.summary == (
        "Sharing without consent, recipient ADNET: grown to 1,710 in 50 seconds, "
        "about 2,000 a minute"
    )
    assert second.key == first.key
    assert alerts.accounting.balanced


def test_a_slow_flood_is_heard_at_ten_a_hundred_and_a_thousand() -> None:
    alerts = policy(gather_s=5, window_s=604_800)
    sent = flood(alerts, count=1_200, seconds=12_000)
    assert [(one.open_count, one.growth) for _, one in sent] == [
        (1, 0), (10, 1), (100, 2), (1_000, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "open_", "steps"),
    [
        (1, 9, 0),
        (1, 10, 1),
        (1, 99, 1),
        (1, 100, 2),
        (1, 10**9, 3),
        (7, 69, 0),
        (7, 70, 1),
        (0, 9, 0),
    ],
)
def test_growth_has_both_sides_of_each_threshold(base: int, open_: int, steps: int) -> None:
    assert growth(base, open_) == steps


def test_what_is_closed_while_it_gathers_pages_nobody() -> None:
    alerts = policy(gather_s=5)
    assert alerts.take(letter(), NOON) == []
    assert alerts.tick(at(4.9)) == []
    assert alerts.take(retracted(), at(4.9)) == []
    assert alerts.tick(at(9)) == []
    assert alerts.accounting.muted == {"closed_before_told": 2}


def test_after_a_resolve_it_gathers_and_grows_from_the_start() -> None:
    alerts = policy(gather_s=5, window_s=604_800)
    for number in range(30):
        alerts.take(letter(number), at(number))
        alerts.tick(at(number))
    assert [one.growth for one in alerts.on_their_way] == [0]
    for number in range(30, 60):
        alerts.take(letter(number), at(30))
    (grown,) = alerts.on_their_way[1:]
    settle_all(alerts)
    for number in range(60):
        alerts.take(retracted(number), at(40))
    (resolved,) = alerts.on_their_way
    assert (resolved.state, resolved.growth) == ("resolved", grown.growth), "all keys are closed"
    settle_all(alerts)
    alerts.take(letter(0, 3), at(50))
    (again,) = alerts.tick(at(55))
    assert (again.state, again.growth, again.fires_since) == ("firing", 0, at(55))


def test_many_recipients_at_once_are_one_page_that_names_the_most_frequent() -> None:
    alerts = policy(gather_s=5, flood_max=20, flood_interval_s=600, window_s=604_800)
    sent = flood(alerts, count=3_000, seconds=88, recipients=400)
    assert len(sent) == 2, [one.summary for _, one in sent]
    (first_s, first), (_, second) = sent
    assert (first_s, first.code) == (5, "ALERT_SUMMARY")
    assert first.summary.startswith("154 findings in 4 seconds, about 2,100 a minute, with 154 ")
    assert ": R0 1, R1 1, R10 1 and 151 others" in first.summary
    assert first.action.startswith("Stop the export or campaign that shares the data. Look")
    assert (second.key, second.growth, second.version) == (first.key, 1, 2)
    assert second.open_count >= 1_540


def test_a_flood_that_goes_on_is_summed_up_at_the_end_of_its_interval() -> None:
    alerts = policy(gather_s=5, flood_max=2, flood_interval_s=60, window_s=604_800)
    sent = flood(alerts, count=300, seconds=60, recipients=30)
    firing = [one for _, one in sent if one.state == "firing"]
    assert [(one.code, one.growth) for one in firing] == [
        ("ALERT_SUMMARY", 0), ("ALERT_SUMMARY", 1), ("ALERT_SUMMARY", 0),
    ]  # fmt: skip
    # The last stands in the place of the first.
    assert firing[0].key == firing[1].key != firing[2].key
    assert [one.key for _, one in sent if one.state == "resolved"] == [firing[0].key]
    assert firing[2].open_count == 300
    assert alerts.accounting.balanced


def test_two_summaries_at_one_instant_are_two() -> None:
    """The end of an interval brings those that it held back, and the next flood is due too."""
    alerts = policy(gather_s=5, flood_max=2, flood_interval_s=60, window_s=604_800)
    recipients = iter(range(100))

    def take(count: int, now: Instant) -> None:
        for number in (next(recipients) for _ in range(count)):
            alerts.take(letter(number, recipient_id=RecipientId(f"R{number}")), now)

    take(2, at(40))
    alerts.tick(at(45))  # both have the room of this interval
    take(3, at(46))
    alerts.tick(at(51))  # held back by the flood
    take(3, at(56))
    settle_all(alerts)
    alerts.tick(at(61))
    made = alerts.on_their_way
    assert [(one.code, one.open_count) for one in made] == [("ALERT_SUMMARY", 3)] * 2
    assert len({one.uid for one in made}) == 2
    settle_all(alerts)
    assert alerts.accounting.balanced
    assert alerts.accounting.pending == 0


def test_what_was_gathered_is_measured_from_when_it_was_found() -> None:
    alerts = policy(gather_s=5)
    alerts.take(letter(detected_at=at(-2)), NOON)
    (record,) = alerts.tick(at(5))
    assert alerts.waits_since == at(5)
    assert alerts.settle(record.uid, delivered=True) == at(-2)
    assert alerts.on_their_way == []
    held = policy({"name": "all", "sinks": ["chat"], "hold_down_s": 60})
    held.take(letter(detected_at=at(-2)), NOON)
    (record,) = held.tick(at(60))
    assert held.settle(record.uid, delivered=True) is None, "it was held back on purpose"


def test_a_flood_of_more_than_is_remembered_forgets_groups_and_goes_on() -> None:
    alerts = policy(
        gather_s=5, flood_max=2, flood_interval_s=600, window_s=604_800, remembered_max=100
    )
    numbers = iter(range(1_000))

    def take(recipient: str, now: Instant) -> None:
        alerts.take(letter(next(numbers), recipient_id=RecipientId(recipient)), now)

    for one in "ABC":
        take(one, at(0))
    (first,) = alerts.tick(at(5))
    for one in "BC" + 110 * "A":
        take(one, at(70))
    # The flood has grown, which said all there was of B and C; at this tick both are forgotten.
    made = alerts.on_their_way
    assert [(one.key, one.growth) for one in made] == [(first.key, 0), (first.key, 1)]
    alerts.tick(at(70))
    settle_all(alerts)
    assert alerts.accounting.forgotten == 4
    assert alerts.accounting.balanced
