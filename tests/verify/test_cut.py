"""Where a cut lies: behind a tick, or in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import cast

import pytest

from streams.core.instants import Instant
from streams.settings import Settings
from streams.verify.across import Across
from streams.verify.bus import LiveBus
from streams.verify.cut import Cut
from streams.verify.spill import Spill
from streams.wire.progress import Progress
from tests.verify.outputs import POLICY, At

SETTINGS = Settings()
TICKS = SETTINGS.topics.ticks


class OneTick:
    """A bus with a tick at offset 7, stamped 1000."""

    registry = None

    async def end(self, topic: str, number: int) -> int:
        assert (topic, number) == (TICKS, 0)
        return 8

    async def read(
        self, topic: str, number: int, start: int, end: int
    ) -> AsyncIterator[Sequence[At]]:
        assert (topic, number) == (TICKS, 0)
        if start <= 7 < end:
            yield [At(7, None, b"tick", topic=topic, timestamp=1000)]


@pytest.mark.parametrize(
    ("position", "clock", "within"),
    [
        (7, 1000, True),
        (7, 999, False),  # the tick is still to come
        (8, 1000, False),  # it is judged to its end
        (7, None, False),
        (None, 1000, False),
    ],
)
def test_a_tick_that_is_half_judged(
    position: int | None, clock: int | None, *, within: bool
) -> None:
    spill, across = Spill(), Across(SETTINGS.topics, POLICY, 2)
    cut = Cut(cast("LiveBus", OneTick()), SETTINGS, 0, spill, across)
    cut._rows.progress = Progress(
        positions={} if position is None else {TICKS: position},
        partition_time=None if clock is None else Instant(clock),
    )
    assert asyncio.run(cut.within_tick()) is within
    spill.close()
    across.close()
