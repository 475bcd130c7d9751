"""What is gone, new and changed: by hand, and as judging everything again gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from streams.cli.main import main
from streams.core.events import Event
from streams.core.instants import Instant, hours
from streams.core.policy import Policy, default_policy, fixed_policy
from streams.core.policy.settings import LegitimateInterestMode, UnknownAge
from streams.core.state import EventRow, Fact
from streams.errors import ConsentryError
from streams.files.find import find_inputs
from streams.policy_effect import Effect, stored, try_on_files, try_on_state
from streams.policy_effect.effect import ChangeKind, Dimension
from streams.policy_effect.standing import given
from streams.policy_file import load_policy
from streams.transport.tasks.state_owner import owner_of
from streams.verify.batch import evaluate
from streams.wire.encode import event_to_json
from tests.core.builders import START, grant, share, withdraw
from tests.policy_effect.stored_bus import SETTINGS, StoredBus, progress_row, stored_rows
from tests.property.drawn_events import CONTROLLER, SUBJECT
from tests.property.histories import histories

DEFAULT = default_policy()
UNNAMED = fixed_policy(named_recipient_required=False)
OTHER = {"application_id": "other"}
EVENTS = [
    grant(0, recipient_ids=[], recipient_categories=["FOOD"]),
    share(1, id="by-category", recipient_id="ACME", recipient_category="FOOD"),
    share(2, id="unknown", recipient_id="OTHER", subject_id="s-2"),
]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> StoredBus:
    return StoredBus(monkeypatch)


def counted(effect: Effect, dimension: Dimension) -> dict[str, dict[str, int]]:
    return {
        value: {str(kind): count for kind, count in counts.items()}
        for value, counts in effect.by(dimension).items()
    }


def test_the_policy_in_force_changes_nothing(bus: StoredBus) -> None:
    bus.put(0, stored_rows(EVENTS, DEFAULT))
    effect = try_on_state(SETTINGS, DEFAULT)
    assert effect.nothing
    assert (effect.subjects, effect.facts, effect.subjects_changed) == (2, 3, 0)
    assert effect.before == effect.after >= 2
    assert (effect.partitions, effect.empty) == ([0], [1])


def test_what_is_gone_and_what_is_new(bus: StoredBus) -> None:
    bus.put(0, stored_rows(EVENTS[:2], DEFAULT))
    bus.put(1, stored_rows(EVENTS[2:], DEFAULT))
    effect = try_on_state(SETTINGS, UNNAMED)
    assert counted(effect, Dimension.RECIPIENT) == {"ACME": {"gone": 1}}
    [example] = effect.examples[ChangeKind.GONE, "CONSENT_RECIPIENT_NOT_NAMED"]
    assert example.before is not None
    assert (example.before.event_id, example.before.subject_id) == ("by-category", "s-1")
    assert example.after is None
    bus.logs = {0: [], 1: []}
    bus.put(0, stored_rows(EVENTS, UNNAMED))
    back = try_on_state(SETTINGS, DEFAULT)
    assert counted(back, Dimension.RECIPIENT) == {"ACME": {"new": 1}}
    assert (back.after, back.before) == (effect.before, effect.after)


def test_what_changes_its_code_and_severity(bus: StoredBus) -> None:
    shares = [
        share(n, id=f"e{n}", recipient_id="R", legal_basis_claimed="LEGITIMATE_INTEREST")
        for n in range(1, 6)
    ]
    bus.put(0, stored_rows(shares, DEFAULT))
    effect = try_on_state(
        SETTINGS, fixed_policy(legitimate_interest_mode=LegitimateInterestMode.REVIEW), limit=2
    )
    assert effect.totals == {ChangeKind.CHANGED: 5}
    assert effect.subjects_changed == 1
    assert [len(found) for found in effect.examples.values()] == [2]
    before, after = effect.examples[next(iter(effect.examples))][0][1:]
    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("LEGITIMATE_INTEREST_REJECTED",) * 2
    assert before.severity is not after.severity
    assert counted(effect, Dimension.SEVERITY) == {str(after.severity): {"changed": 5}}
    assert not effect.replaced


def test_a_duty_with_another_term_changes(bus: StoredBus) -> None:
    clock = Instant(START + hours(100))
    events = [grant(0), share(1), withdraw(2)]
    bus.put(0, stored_rows(events, DEFAULT, clock), progress_row(clock))
    assert try_on_state(SETTINGS, DEFAULT).nothing
    effect = try_on_state(SETTINGS, fixed_policy(notify_deadline=hours(200)))
    assert counted(effect, Dimension.CODE) == {
        "RECIPIENT_NOTIFICATION_DUE": {"changed": 1},
        "RECIPIENT_NOT_NOTIFIED": {"gone": 1},
    }


def test_one_partition_alone_and_one_that_is_none(bus: StoredBus) -> None:
    bus.put(0, stored_rows(EVENTS[:2], DEFAULT))
    bus.put(1, stored_rows(EVENTS[2:], DEFAULT))
    effect = try_on_state(SETTINGS, UNNAMED, numbers=[1])
    assert (effect.partitions, effect.subjects, effect.nothing) == ([1], 1, True)
    with pytest.raises(ConsentryError, match="no partition 2"):
        try_on_state(SETTINGS, UNNAMED, numbers=[2])


def test_a_row_that_cannot_be_read_and_a_state_of_somebody_else(
    bus: StoredBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.put(0, [(key, b"\xff") for key, _ in stored_rows(EVENTS, DEFAULT)])
    with pytest.raises(ConsentryError, match="changelog, partition 0"):
        try_on_state(SETTINGS, DEFAULT)
    bus.logs[0].clear()
    bus.put(0, stored_rows(EVENTS, DEFAULT))
    monkeypatch.setattr(stored, "owner_of", lambda _: owner_of(SETTINGS.model_copy(update=OTHER)))
    with pytest.raises(ConsentryError, match="another installation"):
        try_on_state(SETTINGS, DEFAULT)


def test_a_notice_that_an_office_adds_without_a_date(bus: StoredBus, tmp_path: Path) -> None:
    """Ordinary work: until its row is there, consents under the new notice are not informed."""

    def with_notices(*versions: str) -> Policy:
        header = "notice_version,purposes,recipient_ids,right_to_withdraw\n"
        rows = "".join(f"{one},THIRD_PARTY_DIRECT_MARKETING,ACME,yes\n" for one in versions)
        (tmp_path / "n.csv").write_text(header + rows)
        file = tmp_path / "policy.toml"
        file.write_text('[registers]\nnotices = "n.csv"\n')
        return load_policy(file)

    bus.put(0, stored_rows([grant(0, notice_version="v13"), share(1)], with_notices("v12")))
    effect = try_on_state(SETTINGS, with_notices("v12", "v13"))
    assert set(effect.totals) == {ChangeKind.GONE}
    assert "CONSENT_NOT_INFORMED" in counted(effect, Dimension.CODE)


POLICIES: list[Policy] = [
    DEFAULT,
    UNNAMED,
    fixed_policy(legitimate_interest_mode=LegitimateInterestMode.REVIEW, withdrawal_grace=hours(5)),
    fixed_policy(notify_deadline=hours(1), retention=hours(1)),
    fixed_policy(similar_products=(("COFFEE", "TEA"),), unknown_age=UnknownAge.UNDER_16),
]


@drawn(histories(), st.sampled_from(POLICIES), st.sampled_from(POLICIES))
@settings(max_examples=25, deadline=None)
def test_gone_new_and_changed_lead_from_one_policy_to_the_other(
    facts: list[Fact], old: Policy, new: Policy
) -> None:
    different = {(fact.event.event_id, fact.hash): fact for fact in facts}
    rows = [EventRow(fact=fact, policy_digest="") for fact in different.values()]
    before, after = (given(evaluate(CONTROLLER, SUBJECT, rows, one, None)) for one in (old, new))
    effect = Effect(limit=1_000)
    effect.add(before, after, len(rows))
    led = dict(before)
    for examples in effect.examples.values():
        for one in examples:
            assert led.pop(one.one_id, None) == one.before
            if one.after is not None:
                led[one.one_id] = one.after
    assert led == after
    for dimension in Dimension:
        found = effect.by(dimension)
        assert sum(sum(counts.values()) for counts in found.values()) == effect.totals.total()


def write_events(folder: Path, events: list[Event]) -> Path:
    file = folder / "events.jsonl"
    lines = [event_to_json(event) for event in events]
    file.write_bytes(b"\n".join([*lines, lines[0], b"{}"]) + b"\n")
    return file


def test_files_give_what_the_state_gives(bus: StoredBus, tmp_path: Path) -> None:
    bus.put(0, stored_rows(EVENTS, DEFAULT))
    inputs = find_inputs([str(write_events(tmp_path, EVENTS))], None)
    effect, gathered = try_on_files(inputs, UNNAMED, DEFAULT, None)
    expected = try_on_state(SETTINGS, UNNAMED)
    assert (effect.counts, effect.examples) == (expected.counts, expected.examples)
    assert (effect.facts, effect.before) == (expected.facts, expected.before)
    assert gathered.read == 5
    assert len(gathered.rejected.in_order()) == 1
    again, _ = try_on_files(inputs, DEFAULT, DEFAULT, None)
    assert again.nothing


def test_what_is_not_read_is_named_also_where_nothing_else_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, policy = tmp_path / "a.parquet", tmp_path / "policy.toml"
    table.write_bytes(b"PAR1")
    policy.write_text("")
    command = ["policy", "try", str(policy), "--against", str(policy), "--input", str(table)]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "a.parquet: not read: it is a Parquet file" in said
    assert "the input holds no events" in said
