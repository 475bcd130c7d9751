"""A receiver that answers as it is asked to, and the way to it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from structlog.testing import capture_logs

from streams.delivery.counts import SinkStats
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.sinks.contract import (
    DELIVERED,
    DeliveryResult,
    DeliveryStatus,
    SinkCheck,
)
from streams.sinks.options import SinkOptions

RETRY = DeliveryResult(verdict=DeliveryStatus.RETRY, reason="429", retry_after_s=0.001)
REJECTED = DeliveryResult(verdict=DeliveryStatus.REJECTED, reason="400")
OPTIONS = SinkOptions(
    type="fake", retry_first_s=0.0001, retry_max_s=0.001, circuit_retry_s=0.001, timeout_s=1
)

Answer = Callable[[Sequence[str]], Awaitable[Sequence[DeliveryResult]]]


class Receiver:
    """A receiver that does as it is asked, attempt by attempt, and then takes everything."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.has: list[str] = []

    async def send(self, loads: Sequence[str]) -> Sequence[DeliveryResult]:
        answer = self.answers.pop(0) if self.answers else [DELIVERED] * len(loads)
        if isinstance(answer, BaseException):
            raise answer
        outcomes: list[DeliveryResult] = list((answer * len(loads))[: len(loads)])
        self.has += [
            load
            for load, outcome in zip(loads, outcomes, strict=True)
            if outcome.verdict is DeliveryStatus.DELIVERED
        ]
        return outcomes

    async def check(self) -> Sequence[SinkCheck]:
        return []

    async def close(self) -> None:
        return


def sender(receiver: Receiver, options: SinkOptions = OPTIONS) -> SinkSender:
    rnd = random.Random(1)
    return SinkSender("fake", receiver, options, SinkStats(), draw=rnd.random)


def handed(
    receiver: Receiver, loads: Sequence[str], options: SinkOptions = OPTIONS
) -> tuple[list[DeliveryResult | None], SinkSender, list[tuple[str, str]]]:
    kept: list[tuple[str, str]] = []
    one = sender(receiver, options)

    async def reject(place: int, reason: str) -> None:
        kept.append((loads[place], reason))

    async def run() -> list[DeliveryResult | None]:
        async with asyncio.timeout(20):
            one.stats.counts.read += len(loads)
            return await one.hand_over(loads, Interrupt(), reject)

    with capture_logs():
        outcomes = asyncio.run(run())
    return outcomes, one, kept
