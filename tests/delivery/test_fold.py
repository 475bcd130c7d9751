"""What was read reaches the alert policy in the order of the topics, and a close always does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.alerts.policy import AlertPolicy
from streams.delivery import sink_consumer
from streams.delivery.alert_consumer import AlertConsumer
from streams.delivery.fold import fold
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.options import SinkOptions
from tests.alerts.building import NOON, SINK, letter, options, policy, retracted

GONE = Removal(identity=letter().identity, duty=False, topic="violations", partition=0, offset=1)


def states(alerts: AlertPolicy) -> list[str]:
    return [one.state for one in alerts.on_their_way]


def fold_in(alerts: AlertPolicy, *read: tuple[Any, bool]) -> None:
    """What was read, in order, each with whether it is sent."""
    sent = [one for one, is_sent in read if is_sent]
    places = iter(range(len(sent)))
    records = [(one, next(places) if is_sent else None) for one, is_sent in read]
    fold(alerts, cast("Any", records), sent, NOON, beside=lambda one: cast("FindingUpdate", one))


def test_who_comes_back_behind_a_tombstone_of_the_same_poll_is_reported() -> None:
    alerts = policy()
    alerts.take(letter(revision=3), NOON)
    fold_in(alerts, (GONE, False), (letter(), True))
    assert states(alerts) == ["firing", "resolved", "firing"]


def test_what_the_policy_has_open_is_closed_though_a_catch_up_passes_over_it() -> None:
    alerts = policy()
    alerts.take(letter(), NOON)
    fold_in(alerts, (retracted(), False), (letter(1), False), (retracted(2), False))
    assert states(alerts) == ["firing", "resolved"]
    assert alerts.accounting.raised == 2, "of the others nothing is known here"


class State:
    """Holds what no release can read."""

    async def take(self) -> None:
        """It is this deliverer's."""

    async def load(self) -> bytes:
        return b"of another make"


@pytest.mark.parametrize("again", [False, True])
def test_a_state_of_no_use_is_dropped_by_who_begins_again(
    monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    class Consumer:
        async def fetch_committed_offsets(self, _: object) -> dict[str, object]:
            return {}

    monkeypatch.setattr(
        sink_consumer, "delivery_consumer", lambda *_: SimpleNamespace(_coordinator=Consumer())
    )
    sender = cast("Any", SimpleNamespace(name=SINK, stats=None))
    sink, dead = SinkOptions(type="x"), cast("Any", None)
    feed = AlertConsumer(Settings(), sink, sender, dead, options(), again=again)
    feed._state = cast("Any", State())
    feed.partitions = frozenset({cast("Any", "a partition")})
    if not again:
        with pytest.raises(ConsentryError, match="is of no use"):
            asyncio.run(feed._begin())
        return
    asyncio.run(feed._begin())
    assert feed.policy is not None
    assert feed.policy.on_their_way == []
    assert feed._unsaved, "the next start reads no old state"
