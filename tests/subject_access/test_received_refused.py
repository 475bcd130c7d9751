"""Shares that could not be read may have gone to any recipient: how many there are is said."""

from __future__ import annotations

from typing import Any

import pytest

from streams.cli.main import main
from streams.core.events import Event
from streams.core.identifiers import EventId, RecipientId, subject_key
from streams.core.policy import default_policy
from streams.core.state import RefusalRow
from streams.core.vocabulary import EventType, Status
from streams.subject_access import received
from streams.wire.rows import stored_refusal
from tests.core.builders import moment, share
from tests.policy_effect.stored_bus import SETTINGS, StoredBus, stored_rows

Capture = pytest.CaptureFixture[str]
SHARE: Event = share(1, id="a", subject_id="s-1")


def refused(one_id: str, who: str = "s-1", **changes: Any) -> tuple[bytes, bytes]:
    """The row of a record that was refused."""
    values: dict[str, Any] = {
        "event_type": EventType.DATA_SHARE,
        "event_id": EventId(one_id),
        "occurred_at": moment(1),
        "arrived_at": moment(2),
        "revision": 1,
        "status": Status.OPEN,
    }
    return stored_refusal(subject_key(SHARE.controller_id, who), RefusalRow(**values | changes))


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> StoredBus:
    """One share that was read, and a few records that were not."""
    one = StoredBus(monkeypatch)
    monkeypatch.setattr(received, "LiveBus", lambda *_: one)
    monkeypatch.setattr(received, "count_partitions", lambda *_: len(one.logs))
    monkeypatch.setattr("streams.cli.recipient.read_settings", lambda *_: SETTINGS)
    one.put(0, stored_rows([SHARE], default_policy()))
    one.put(
        1,
        [
            refused("b", "s-2"),
            refused("c", "s-2", occurred_at=None),
            refused("d", "s-2", status=Status.REMEDIATED),
            refused("e", "s-2", event_type=EventType.PURCHASE),
        ],
    )
    return one


def unread(**more: Any) -> int:
    with received.received_by(SETTINGS, RecipientId("ACME"), **more) as found:
        assert [one.share.event_id for one in found] == ["a"] * (not more)  # type: ignore[union-attr]
        return found.unread


@pytest.mark.usefixtures("bus")
def test_shares_that_are_open_are_counted_where_they_may_belong() -> None:
    assert unread() == 2
    assert unread(since=moment(2)) == 1
    assert unread(until=moment(0)) == 1
    assert unread(controller="OTHER") == 0


def test_one_that_came_again_counts_no_more(bus: StoredBus) -> None:
    bus.put(1, [refused("b", "s-2", status=Status.REMEDIATED, revision=2)])
    assert unread() == 1
    key, _ = refused("c", "s-2")
    bus.logs[1] += [(key, None)]  # type: ignore[list-item]  # it left
    assert unread() == 0


@pytest.mark.usefixtures("bus")
def test_the_command_says_so(capsys: Capture) -> None:
    assert main(["recipient", "ACME", "--controller", SHARE.controller_id]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "1 shares of 1 persons" in said
    assert "2 shares could not be read" in said
