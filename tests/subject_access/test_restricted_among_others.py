"""A person of whom processing is restricted, where a command shows facts of many (GDPR 18)."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from streams.cli.main import main
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from streams.core.policy import default_policy, fixed_policy
from streams.policy_effect import try_on_state
from streams.subject_access import RestrictedPerson, received
from streams.wire.restricted import may_be_marked
from streams.wire.rows import decode_row, encode_row
from tests.core.builders import grant, moment, share
from tests.policy_effect.stored_bus import SETTINGS, StoredBus, stored_rows

Capture = pytest.CaptureFixture[str]
ACME = RecipientId("ACME")
SINCE = moment(5)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> StoredBus:
    """Three persons, each with a grant and two shares with ACME."""
    one = StoredBus(monkeypatch)
    monkeypatch.setattr(received, "LiveBus", lambda *_: one)
    monkeypatch.setattr(received, "count_partitions", lambda *_: len(one.logs))
    events = [
        event
        for who in ("s-1", "s-2", "s-3")
        for event in (
            grant(
                0, subject_id=who, id=f"g-{who}", recipient_ids=[], recipient_categories=["FOOD"]
            ),
            share(1, id=f"a-{who}", subject_id=who, recipient_category="FOOD"),
            share(2, id=f"b-{who}", subject_id=who, recipient_category="FOOD"),
        )
    ]
    one.put(0, stored_rows(events, default_policy()))
    return one


def mark(bus: StoredBus, event_id: str, since: Instant | None = SINCE) -> None:
    """The row of an event is written again with or without the mark."""
    [(key, value)] = [one for one in bus.logs[0] if f"E{event_id}".encode() in one[0]][:1]
    row = decode_row(value)
    if since is not None:
        row = msgspec.structs.replace(row, restricted_since=since)
    bus.put(0, [(key, encode_row(row))])


def listed(**more: int) -> list[tuple[str, bool]]:
    """Whose shares with ACME are listed, and whether they are withheld."""
    since = Instant(more["since"]) if more else None
    with received.received_by(SETTINGS, ACME, since=since) as found:
        return [
            (one.subject_id, True)
            if isinstance(one, RestrictedPerson)
            else (one.share.subject_id, False)
            for one in found
        ]


SHARES = [(who, False) for who in ("s-1", "s-2", "s-3") for _ in range(2)]


@pytest.mark.parametrize("bearer", ["g-s-2", "a-s-2", "b-s-2"])
def test_a_recipient_s_shares_leave_out_theirs_until_it_is_lifted(
    bearer: str, bus: StoredBus
) -> None:
    assert listed() == SHARES
    mark(bus, bearer)
    assert listed() == [*SHARES[:2], ("s-2", True), *SHARES[4:]]
    assert listed(since=moment(3)) == []
    mark(bus, bearer, None)
    assert not may_be_marked(bus.logs[0][-2][1])
    assert listed() == SHARES


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_command_says_since_when_and_ends_with_a_code_of_its_own(
    form: str, bus: StoredBus, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("streams.cli.recipient.read_settings", lambda *_: SETTINGS)
    assert main(["recipient", "ACME", "--format", form]) == 0
    mark(bus, "g-s-2")
    capsys.readouterr()
    assert main(["recipient", "ACME", "--format", form]) == 3
    shown = capsys.readouterr()
    assert "4 shares of 2 persons" in shown.err
    assert "of 1 persons of whom processing is restricted" in " ".join(shown.err.split())
    if form == "csv":
        lines = list(csv.DictReader(io.StringIO(shown.out)))
    else:
        lines = [json.loads(line) for line in shown.out.splitlines()]
    [one] = [line for line in lines if line["subject_id"] == "s-2"]
    assert one.pop("restricted_since").startswith("2026-")
    assert {name for name, value in one.items() if value} == {"controller_id", "subject_id"}
    assert not any(line["restricted_since"] for line in lines if line is not one)


@pytest.mark.parametrize("restricted", [False, True])
def test_a_policy_that_is_tried_counts_them_and_names_no_example(
    bus: StoredBus, *, restricted: bool
) -> None:
    for who in ("s-1", "s-2", "s-3") if restricted else ():
        mark(bus, f"g-{who}")
    effect = try_on_state(SETTINGS, fixed_policy(named_recipient_required=False))
    assert effect.totals.total() == 6
    assert any(effect.examples.values()) is not restricted
