"""Heartbeats are sent by the loop that judges: how long judging holds it, in time of its own.

A record takes as long here as it is said to; nothing is measured.
"""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents import event_judge
from streams.agents.judge import TURN_S, Turn
from streams.agents.record_run import LOOK_EVERY
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import run
from tests.invariants.process import Process
from tests.kafka.stories import stories

EVENTS = stories(120)
RECORD_S = 0.003
"""A hundred times what one takes."""


class OwnTime:
    """Goes on while a record is judged, and at no other time."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        holder: Any = event_judge
        judge = holder.judge

        def slowly(*given: Any) -> Any:
            self.now += RECORD_S
            return judge(*given)

        patch.setattr(holder, "judge", slowly)
        patch.setattr("streams.agents.judge.time", SimpleNamespace(
            monotonic=lambda: self.now, time=time.time
        ))  # fmt: skip


async def longest_hold(own: OwnTime) -> float:
    """For how long nobody else had the loop while all that one poll brought was judged, seconds."""
    broker = new_broker(2)
    send(broker, *EVENTS)
    worker = Process(broker)
    await worker.assign(0, 1)
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        before = own.now
        while True:
            await asyncio.sleep(0)
            longest, before = max(longest, own.now - before), own.now

    beating = asyncio.create_task(beat())
    worker.feed(*worker.poll(100_000))
    await worker.rest()
    beating.cancel()
    converged(broker, EVENTS)
    return longest


def test_a_heartbeat_waits_for_one_turn_of_judging(monkeypatch: pytest.MonkeyPatch) -> None:
    own = OwnTime(monkeypatch)
    held = run(longest_hold(own))
    assert RECORD_S <= held <= TURN_S + (LOOK_EVERY + 1) * RECORD_S


def test_without_turns_it_would_come_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    own = OwnTime(monkeypatch)
    monkeypatch.setattr(Turn, "over", lambda _: False)
    monkeypatch.setattr(Turn, "long_enough", lambda _: False)
    assert run(longest_hold(own)) > 3 * TURN_S
