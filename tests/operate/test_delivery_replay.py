"""Sending again to a receiver: what was taken is marked, and nobody is waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.operate.dead_letters import delivery_replay
from streams.operate.dead_letters.delivery_plan import Resent
from streams.operate.dead_letters.delivery_replay import SinkReplay
from streams.sinks.contract import DeliveryResult, DeliveryStatus
from tests.delivery.receivers import OPTIONS, REJECTED, Receiver
from tests.sinks.loads import updates

GIVEN = [Resent(one, (f"t/0/{at}", f"t/1/{at}")) for at, one in enumerate(updates()[:3])]
BUSY = DeliveryResult(verdict=DeliveryStatus.RETRY, reason="429", retry_after_s=3_600.0)


class Marks(list[str]):
    """Stands for the topic of dead letters."""

    async def mark(self, sink: str, reference: str) -> None:
        assert sink == "fake"
        self.append(reference)


def resent(receiver: Receiver, given: Sequence[Resent] = GIVEN) -> tuple[SinkReplay, Marks]:
    result, marks = SinkReplay(planned=len(given)), Marks()
    configured = SimpleNamespace(name="fake", options=OPTIONS, open=lambda: receiver)

    async def run() -> None:
        async with asyncio.timeout(20):
            work = delivery_replay._resend(
                cast("Any", configured), given, result, cast("Any", marks)
            )
            await work

    asyncio.run(run())
    return result, marks


def test_what_was_taken_is_marked_letter_by_letter() -> None:
    result, marks = resent(Receiver())
    assert (result.taken, result.refused, result.problem) == (3, 0, "")
    assert sorted(marks) == sorted(letter for one in GIVEN for letter in one.letters)


def test_what_is_refused_again_is_counted_and_not_marked() -> None:
    result, marks = resent(Receiver([REJECTED]), GIVEN[:1])
    assert (result.taken, result.refused, result.problem) == (0, 1, "refused again: 400")
    assert marks == []


def test_of_who_has_left_nothing_is_sent_and_the_letter_is_done() -> None:
    receiver = Receiver()
    result, marks = resent(receiver, [Resent(None, ("t/0/1",))])
    assert (result.gone, receiver.has, marks) == (1, [], ["t/0/1"])


def test_a_receiver_that_is_busy_for_long_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_replay, "_PATIENCE_S", -OPTIONS.longest_s + 0.2)
    result, marks = resent(Receiver(*[[BUSY]] * 10))
    assert (result.taken, result.problem, marks) == (0, "429", [])
