"""Whatever the order of letters and ticks, everything raised is accounted for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerts.alert import Alert
from streams.alerts.alert_emitter import AlertEmitter
from streams.alerts.options import AlertOptions
from streams.alerts.policy import AlertPolicy
from streams.alerts.policy_state import PolicyState
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from streams.core.vocabulary import Finality, Status
from tests.alerts.building import HOUR, NOON, SINK, letter, options

CODES = ("NO_CONSENT", "SHARE_AFTER_OBJECTION", "CONSENT_EXPIRED")
WAIVER = {"codes": ["NO_CONSENT"], "reason": "r", "owner": "o", "expires": "2026-09-02T00:00:00Z"}

TABLES: list[AlertOptions] = [
    options(),
    options(flood_max=1, flood_interval_s=600, window_s=60),
    options(quiet=[{"begin": "15:00:00", "end": "16:00:00"}], flood_max=2, flood_interval_s=600),
    options(gather_s=5),
    options(gather_s=1, flood_max=1, flood_interval_s=1200, window_s=600),
    options({"name": "a", "sinks": [SINK], "hold_down_s": 900}, waivers=[WAIVER], retention_s=3600),
    options(
        {"name": "a", "sinks": [SINK], "codes": ["NO_CONSENT"], "waived": "mute"},
        {"name": "b", "sinks": ["other"], "codes": ["CONSENT_EXPIRED"]},
        {"name": "c", "sinks": [SINK], "hold_down_s": 60},
        waivers=[WAIVER],
        quiet=[{"begin": "15:00:00", "end": "02:00:00"}],
        heartbeat={"sinks": [SINK], "every_s": 600},
    ),
]  # fmt: skip

STATUSES = (Status.OPEN, Status.REVISED, Status.RETRACTED, Status.REMEDIATED)
takes = st.tuples(
    st.just("take"),
    st.integers(0, 5),
    st.integers(1, 6),
    st.sampled_from(STATUSES),
    st.sampled_from(CODES),
    st.sampled_from(("ADNET", "OTHER")),
    st.sampled_from(list(Finality)),
)
ticks = st.tuples(st.just("tick"), st.sampled_from((0, 1_000, 61_000, HOUR // 3, HOUR, 9 * HOUR)))
settles = st.tuples(st.just("settle"), st.integers(0, 20), st.booleans())
forgets = st.tuples(st.just("forget"), st.integers(0, 5))
steps = st.lists(st.one_of(takes, takes, takes, ticks, settles, forgets), max_size=40)


class Run:
    """A policy, the receiver that it notifies, and a count of its own of what was raised."""

    def __init__(self, table: AlertOptions, *, restores: bool = False) -> None:
        self.table, self.restores = table, restores
        self.policy = AlertPolicy(table, SINK)
        self.now = NOON
        self.published: list[Alert] = []
        self.carried = 0

    def step(self, step: tuple[Any, ...]) -> None:
        if self.restores:
            data = self.policy.snapshot()
            self.policy = AlertPolicy(self.table, SINK)
            self.policy.restore(data)
        match step:
            case ("take", number, revision, status, code, recipient, finality):
                recipient_id = RecipientId(f"{recipient}")
                sent = letter(number, revision, status=status, code=code,
                              recipient_id=recipient_id, finality=finality)  # fmt: skip
                self.published += self.policy.take(sent, self.now)
            case ("forget", number):
                self.published += self.policy.forget(letter(number).identity, self.now)
                assert letter(number).identity not in state_of(self.policy).members
            case ("tick", passed):
                self.now = Instant(self.now + passed)
                self.published += self.policy.tick(self.now)
            case ("settle", place, delivered):
                way = self.policy.on_their_way
                if place < len(way):
                    self.policy.settle(way[place].uid, delivered=delivered)
            case _:
                raise AssertionError(step)
        problem = unbalanced(self.policy)
        assert problem is None, (step, problem)

    def end(self) -> None:
        """Time passes until everything is published, and all of it arrives."""
        for _ in range(4):
            self.step(("tick", 9 * HOUR))
            while self.policy.on_their_way:
                self.step(("settle", 0, True))


def unbalanced(policy: AlertPolicy) -> str | None:
    """What is wrong with the accounting, from the outside."""
    account = policy.accounting
    if not account.balanced:
        return f"raised {account.raised}, accounted {account.accounted}"
    if min(account.delivered, account.grouped, account.pending, account.dead_lettered) < 0:
        return "a negative count"
    return None


def state_of(policy: AlertPolicy) -> PolicyState:
    return msgspec.msgpack.decode(policy.snapshot(), type=PolicyState)


def unreported(run: Run) -> list[str]:
    """Open findings that no firing alert stands for, and alerts that fire for nothing."""
    book = state_of(run.policy)
    states = {alert.key: alert.state for alert in run.published}
    firing = {key for key, state in states.items() if state == "firing"}
    problems = []
    for key, group in book.groups.items():
        own, covered = key in firing, group.summary in firing
        members = [one for one in book.members.values() if one.group == key]
        if group.open != sum(one.open for one in members):
            problems.append("the group counts other findings than it has")
        muted = group.waived and not own and not covered
        if group.open and not (own or covered or muted):
            problems.append("an open finding without an alert")
        if not group.open and (own or covered):
            problems.append("an alert that fires for nothing")
    return problems


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(TABLES), steps)
def test_everything_raised_is_accounted_for_after_every_step(
    table: AlertOptions, taken: list[tuple[Any, ...]]
) -> None:
    run = Run(table)
    for one in taken:
        run.step(one)
    run.end()
    account = run.policy.accounting
    assert account.pending == 0
    assert unreported(run) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(TABLES), steps)
def test_a_restore_between_any_two_steps_changes_nothing(
    table: AlertOptions, taken: list[tuple[Any, ...]]
) -> None:
    plain, restored = Run(table), Run(table, restores=True)
    for one in taken:
        plain.step(one)
        restored.step(one)
    plain.end()
    restored.end()
    assert plain.published == restored.published
    assert plain.policy.accounting == restored.policy.accounting


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(TABLES), steps)
def test_updates_that_come_twice_are_sent_once(
    table: AlertOptions, taken: list[tuple[Any, ...]]
) -> None:
    once, twice = Run(table), Run(table)
    for one in taken:
        once.step(one)
        twice.step(one)
        if one[0] == "take":
            twice.step(one)
    assert once.published == twice.published
    assert once.policy.accounting.raised == twice.policy.accounting.raised


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(TABLES), steps)
def test_each_message_has_its_own_uid_and_versions_grow_by_one(
    table: AlertOptions, taken: list[tuple[Any, ...]]
) -> None:
    run = Run(table)
    for one in taken:
        run.step(one)
    seen: dict[str, int] = {}
    for alert in run.published:
        if alert.version != 1 or alert.key not in seen:  # a forgotten group starts again
            assert alert.version == seen.get(alert.key, 0) + 1
        seen[alert.key] = alert.version


def test_the_check_of_the_equation_sees_what_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    def drop(self: AlertEmitter, group: Any, reason: str) -> None:
        group.uncounted, group.changed = 0, False

    monkeypatch.setattr(AlertEmitter, "_mute", drop)
    run = Run(TABLES[2])
    run.step(("tick", HOUR))
    opened = ("take", 0, 1, Status.OPEN, "NO_CONSENT", "ADNET", Finality.FINAL)
    run.step(opened)
    with pytest.raises(AssertionError, match="raised 2, accounted 0"):
        run.step(("take", 0, 2, Status.RETRACTED, *opened[4:]))


def test_the_check_for_unreported_findings_sees_one_that_stays_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AlertEmitter, "summarise", lambda *_: [])
    run = Run(TABLES[2])
    run.step(("tick", HOUR))
    run.step(("take", 0, 1, Status.OPEN, "NO_CONSENT", "ADNET", Finality.FINAL))
    run.end()
    assert unreported(run) == ["an open finding without an alert"]


def test_the_check_for_unreported_findings_sees_an_alert_without_its_resolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run(TABLES[0])
    opened = ("take", 0, 1, Status.OPEN, "NO_CONSENT", "ADNET", Finality.FINAL)
    run.step(opened)
    run.step(("take", 0, 2, Status.RETRACTED, *opened[4:]))
    run.published.pop()
    assert unreported(run) == ["an alert that fires for nothing"]
