"""Hands loads to a receiver until each is settled: retries, pauses, and counts.

One sender per sink, one batch at a time, so that no later revision overtakes an earlier one.
It knows nothing of Kafka.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog

from streams.delivery.backoff import Backoff
from streams.delivery.circuit import Circuit, CircuitState
from streams.delivery.counts import SinkStats
from streams.delivery.interrupt import Interrupt
from streams.delivery.rate import Rate
from streams.delivery.refusals import WHEN_REFUSED, RefusalLimit
from streams.sinks.contract import DeliveryResult, DeliveryStatus, Sink, SinkDown
from streams.sinks.finding_update import Removal
from streams.sinks.options import SinkOptions

GRACE_S: Final = 5.0
"""How much longer than its own `timeout_s` a sink may take before it is given up."""

LET_GO_S: Final = 5.0
"""How long an attempt may go on after an interrupt; what is not settled is sent again."""
CLOSE_S: Final = 2.0
"""How long a sink may take to close its connections."""

LOG_AGAIN_S: Final = 300.0
"""A receiver that stays away is said again after so long."""

Reject = Callable[[int, str], Awaitable[None]]
"""Keeps a load, by its place in the batch, with the reason; returns when it is safe."""

log = structlog.get_logger("consentry.deliver")


class SinkSender:
    """The way to one receiver."""

    def __init__(
        self,
        name: str,
        sink: Sink[Any],
        options: SinkOptions,
        stats: SinkStats,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`clock` gives seconds of a monotonic clock, `draw` a number in [0, 1)."""
        self.name = name
        self.stats = stats
        self.circuit = Circuit(options.circuit_after, options.circuit_retry_s)
        self.problem = ""
        """Why the last attempt failed; empty while all is well."""
        self._sink = sink
        self._resends: bool = getattr(sink, "resends", False)
        self.removes: bool = options.removes
        """Whether the receiver can be had to delete what was delivered to it."""
        self.refusals = RefusalLimit(
            options.refused_limit_share, options.refused_limit_records, removes=self.removes
        )
        self._limit_s = options.longest_s + GRACE_S
        self._most = options.batch_max_records
        self._backoff = Backoff(options.retry_first_s, options.retry_max_s)
        self._rate = Rate(options.rate_per_s)
        self._clock = clock
        self._draw = draw
        self._not_before = 0.0
        self._logged_at: float | None = None

    async def hand_over(
        self, loads: Sequence[Any], interrupt: Interrupt, reject: Reject
    ) -> list[DeliveryResult | None]:
        """Try until every load is settled or somebody interrupts; None: not settled.

        What the receiver rejects is given to `reject` before it counts as settled. Raises
        what `reject` raises.
        """
        outcomes: list[DeliveryResult | None] = [None] * len(loads)
        open_ = list(range(len(loads)))
        while open_ and not interrupt:
            wait_s = self._wait_s()
            if wait_s > 0:
                await interrupt.wait(wait_s)
                continue
            part = open_[: self._most]
            answers = await self._attempt([loads[place] for place in part], interrupt)
            if answers is None:
                continue
            for place, answer in zip(part, answers, strict=True):
                if answer.verdict is DeliveryStatus.REJECTED:
                    await reject(place, answer.reason)
                removal = isinstance(loads[place], Removal)
                self.stats.counts.settled(answer.verdict, removal=removal)
                if answer.settled:
                    outcomes[place] = answer
            open_ = [place for place in open_ if outcomes[place] is None]
        return outcomes

    async def make_up(self, interrupt: Interrupt) -> None:
        """Let a sink without acknowledgement send again what a lost connection took."""
        if self._resends:
            await self._beside([], interrupt)

    async def repeat(self, loads: Sequence[Any], interrupt: Interrupt) -> None:
        """Send again what was delivered and counted, to a receiver that forgets it otherwise.

        What comes of it is counted nowhere: the same is sent once more before long.
        """
        for first in range(0, len(loads), self._most):
            if interrupt or not await self._beside(loads[first : first + self._most], interrupt):
                return

    async def _beside(self, loads: Sequence[Any], interrupt: Interrupt) -> bool:
        """One attempt with what nobody waits for; whether the receiver took it."""
        if self._wait_s() > 0:
            return False
        self.circuit.attempt(self._clock())
        try:
            async with asyncio.timeout(self._limit_s):
                if await interrupt.ends(self._sink.send(loads), LET_GO_S) is None:
                    return False
        except SinkDown as down:
            self._failed(down.problem, down.retry_after_s, lasting=down.lasting)
        except Exception as error:  # noqa: BLE001 - its text may quote what was sent
            self._failed(f"the sink failed: {type(error).__name__}", None)
        else:
            self._well()
            self._backoff.succeeded()
            return True
        return False

    async def close(self) -> None:
        """Let go of the receiver."""
        try:
            async with asyncio.timeout(min(self._limit_s, CLOSE_S)):
                await self._sink.close()
        except Exception as error:  # noqa: BLE001 - it is the end of it anyway
            log.warning("sink.not_closed", sink=self.name, error=type(error).__name__)

    def _wait_s(self) -> float:
        now = self._clock()
        return max(self.circuit.wait_s(now), self._rate.wait_s(now), self._not_before - now)

    async def _attempt(
        self, loads: list[Any], interrupt: Interrupt
    ) -> Sequence[DeliveryResult] | None:
        """One attempt; None when the batch as a whole was not taken, or was let go."""
        counts = self.stats.counts
        counts.attempts += 1
        self.circuit.attempt(self._clock())
        try:
            async with asyncio.timeout(self._limit_s):
                answers = await interrupt.ends(self._sink.send(loads), LET_GO_S)
            if answers is None:
                return None
            if len(answers) != len(loads):
                raise SinkDown("the sink did not answer for every load")
        except SinkDown as down:
            self._failed(down.problem, down.retry_after_s, lasting=down.lasting)
            return None
        except TimeoutError:
            self._failed("the sink did not come back in time", None)
            return None
        except Exception as error:  # noqa: BLE001 - its text may quote what was sent
            self._failed(f"the sink failed: {type(error).__name__}", None, lasting=True)
            return None
        return self._judged(loads, answers)

    def _judged(
        self, loads: Sequence[Any], answers: Sequence[DeliveryResult]
    ) -> Sequence[DeliveryResult]:
        """The answers that count, once rate, pauses and circuit know of them."""
        self._rate.take(len(loads))
        answers, refusal = self._held(loads, answers)
        later = [answer for answer in answers if not answer.settled]
        if len(later) < len(answers):
            self.stats.latest_s = time.time()
            if not refusal:
                self._well()
        if refusal:
            self._failed(refusal, None, lasting=True)
        elif later:
            asked = max((one.retry_after_s or 0.0 for one in later), default=0.0)
            if len(later) == len(answers):
                self._failed(later[0].reason or "it takes nothing now", asked)
            else:
                self._pause(asked)
        else:
            self._backoff.succeeded()
        return answers

    def _held(
        self, loads: Sequence[Any], answers: Sequence[DeliveryResult]
    ) -> tuple[Sequence[DeliveryResult], str]:
        was_held = self.refusals.holds
        held, why = self.refusals.judge(loads, answers)
        if why and not was_held:
            log.error("sink.refused", sink=self.name, problem=why, remedy=WHEN_REFUSED)
        return held, why

    def _well(self) -> None:
        if self.problem:
            log.info("sink.up", sink=self.name)
        self.problem, self._logged_at = "", None
        self.circuit.succeeded()

    def _failed(self, problem: str, retry_after_s: float | None, *, lasting: bool = False) -> None:
        self.stats.counts.failures += 1
        now = self._clock()
        before = self.circuit.state
        self.circuit.failed(now, lasting=lasting, retry_after_s=retry_after_s or 0.0)
        self._pause(retry_after_s)
        again = self._logged_at is None or now - self._logged_at >= LOG_AGAIN_S
        if problem != self.problem or again:
            log.warning("sink.down", sink=self.name, problem=problem, lasting=lasting)
            self._logged_at = now
        self.problem = problem
        if self.circuit.state is CircuitState.OPEN and before is CircuitState.CLOSED:
            log.error("sink.circuit_open", sink=self.name, problem=problem)

    def _pause(self, retry_after_s: float | None) -> None:
        self._not_before = self._clock() + self._backoff.failed(self._draw(), retry_after_s)
