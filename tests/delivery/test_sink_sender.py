"""The sender: every load is settled, in order, once, whatever the receiver does."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from streams.delivery.counts import SinkCounts, SinkStats
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.sinks.contract import (
    DELIVERED,
    DUPLICATE,
    DeliveryResult,
    DeliveryStatus,
    SinkDown,
)
from streams.sinks.options import SinkOptions
from tests.delivery.receivers import OPTIONS, REJECTED, RETRY, Receiver, handed, sender

ANSWERS = st.one_of(
    st.lists(st.sampled_from([DELIVERED, DUPLICATE, RETRY, REJECTED]), min_size=1, max_size=5),
    st.sampled_from(
        [
            SinkDown("away"),
            SinkDown("busy", retry_after_s=0.001),
            SinkDown("wrong token", lasting=True),
            ValueError("a bug"),
            TimeoutError(),
        ]
    ),
)


@given(st.lists(ANSWERS, max_size=12), st.integers(1, 8), st.integers(1, 4))
def test_whatever_happens_on_the_way_everything_is_settled_and_counted(
    answers: list[Any], count: int, most: int
) -> None:
    loads = [f"load-{number}" for number in range(count)]
    options = OPTIONS.model_copy(update={"batch_max_records": most})
    receiver = Receiver(*answers)
    outcomes, one, kept = handed(receiver, loads, options)
    assert all(outcome is not None and outcome.settled for outcome in outcomes)
    counts = one.stats.counts
    assert counts.pending == 0
    assert counts.delivered + counts.duplicate + counts.dead_lettered == count
    rejected = [
        load
        for load, outcome in zip(loads, outcomes, strict=True)
        if outcome is not None and outcome.verdict is DeliveryStatus.REJECTED
    ]
    assert sorted(load for load, _ in kept) == sorted(rejected)
    # Nothing is sent again once it was taken.
    assert len(receiver.has) == len(set(receiver.has)) == counts.delivered


def test_what_is_retried_goes_before_what_was_not_tried_yet() -> None:
    receiver = Receiver([RETRY, DELIVERED])
    options = OPTIONS.model_copy(update={"batch_max_records": 2})
    handed(receiver, ["a", "b", "c"], options)
    assert receiver.has == ["b", "a", "c"]


def test_a_rejected_load_counts_when_it_is_kept_and_not_before() -> None:
    one = sender(Receiver([REJECTED]))

    async def reject(_place: int, _reason: str) -> None:
        raise ConnectionError("the dead letters are not reached")

    with pytest.raises(ConnectionError):
        asyncio.run(one.hand_over(["a"], Interrupt(), reject))
    assert one.stats.counts.dead_lettered == 0


def test_an_interrupt_ends_waiting_and_leaves_the_rest_unsettled() -> None:
    down = SinkDown("away", retry_after_s=3600.0)
    one = sender(Receiver([DELIVERED], down, down))
    options_loads = ["a", "b"]

    async def reject(_place: int, _reason: str) -> None:
        raise AssertionError

    async def run() -> list[DeliveryResult | None]:
        interrupt = Interrupt()
        working = asyncio.create_task(one.hand_over(options_loads[:1], interrupt, reject))
        assert await working == [DELIVERED]
        working = asyncio.create_task(one.hand_over(options_loads, interrupt, reject))
        while not one.problem:  # noqa: ASYNC110
            await asyncio.sleep(0)
        interrupt.set()
        async with asyncio.timeout(5):
            return await working

    with capture_logs():
        assert asyncio.run(run()) == [None, None]


class Forgetful(Receiver):
    """Has no acknowledgement, and an answer for each empty batch."""

    resends = True


def test_a_sink_without_acknowledgement_may_make_up_while_nothing_comes() -> None:
    receiver = Forgetful([], SinkDown("away"), [], ValueError("a bug"), [])
    one = sender(receiver)

    async def run() -> list[str]:
        problems = []
        while receiver.answers:
            await one.make_up(Interrupt())
            problems.append(one.problem)
            await asyncio.sleep(0.002)
        return list(dict.fromkeys(problems))

    with capture_logs():
        assert asyncio.run(run()) == ["", "away", "the sink failed: ValueError"]
    assert one.problem == ""
    assert one.stats.counts == SinkCounts(failures=2)


def test_other_sinks_are_left_alone_while_nothing_comes() -> None:
    receiver = Receiver(SinkDown("away"))
    asyncio.run(sender(receiver).make_up(Interrupt()))
    assert len(receiver.answers) == 1


class Skips(Interrupt):
    """Lets the clock of a test run instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    async def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


class Away(Receiver):
    """Not there for so many seconds of a clock."""

    def __init__(self, clock: Skips, seconds: float) -> None:
        super().__init__()
        self.tried: list[float] = []
        self._clock, self._seconds = clock, seconds

    async def send(self, loads: Sequence[str]) -> Sequence[DeliveryResult]:
        self.tried.append(self._clock.now)
        if self._clock.now < self._seconds:
            raise SinkDown("refused")
        return await super().send(loads)


@pytest.mark.parametrize("seed", range(5))
def test_a_receiver_that_is_back_after_ten_minutes_has_all_and_was_not_hammered(seed: int) -> None:
    clock = Skips()
    receiver = Away(clock, 600.0)
    rnd = random.Random(seed)
    one = SinkSender(
        "fake",
        receiver,
        SinkOptions(type="fake"),
        SinkStats(),
        clock=lambda: clock.now,
        draw=rnd.random,
    )
    loads = [f"load-{number}" for number in range(50)]

    async def reject(_place: int, _reason: str) -> None:
        raise AssertionError

    with capture_logs():
        asyncio.run(one.hand_over(loads, clock, reject))
    assert receiver.has == loads
    # A probe every half to one and a half minutes, after the first few attempts.
    assert 10 <= len(receiver.tried) <= 30
    assert receiver.tried[-1] < 700.0
    pauses = [later - earlier for earlier, later in itertools.pairwise(receiver.tried)]
    assert all(pause >= 29.9 for pause in pauses[5:])


def test_an_outage_is_said_once_and_so_is_its_end() -> None:
    receiver = Receiver(*[SinkDown("refused")] * 7, SinkDown("timed out"))
    one = sender(receiver)

    async def reject(_place: int, _reason: str) -> None:
        raise AssertionError

    with capture_logs() as logs:
        asyncio.run(one.hand_over(["a"], Interrupt(), reject))
    said = [(line["event"], line.get("problem")) for line in logs]
    assert said == [
        ("sink.down", "refused"),
        ("sink.circuit_open", "refused"),
        ("sink.down", "timed out"),
        ("sink.up", None),
    ]


def test_the_text_of_a_bug_is_not_logged_since_it_may_quote_a_load() -> None:
    one = sender(Receiver(ValueError("jan@example.nl")))

    async def reject(_place: int, _reason: str) -> None:
        raise AssertionError

    with capture_logs() as logs:
        asyncio.run(one.hand_over(["a"], Interrupt(), reject))
    assert "jan@example.nl" not in str(logs)
    assert logs[0]["problem"] == "the sink failed: ValueError"
