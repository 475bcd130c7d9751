"""The judges of the partition numbers of a worker share its bounds."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from streams.agents.judges import Judges
from streams.measures.worker_stats import WorkerStats
from streams.transport.clock import OwnClock
from streams.transport.tasks.judging_basis import JudgingBasis
from tests.agents.world import POLICY, SETTINGS, World


def test_numbers_that_are_kept_take_another_share_when_more_or_fewer_are_owned() -> None:
    kept, new = World().partition, World(number=1, count=2).partition
    app: Any = SimpleNamespace(
        settings=SETTINGS,
        basis=JudgingBasis(POLICY),
        registry=None,
        schema_ids=None,
        should_stop=False,
    )

    async def run() -> None:
        judges = Judges(app, OwnClock(3600.0), WorkerStats())

        def bounds() -> list[tuple[int, int]]:
            return [(cache.most, cache.max_bytes) for cache in judges.caches()]

        whole = SETTINGS.live_subjects, SETTINGS.live_subjects_max_bytes
        half = whole[0] // 2, whole[1] // 2
        judges.of(kept, 1)
        assert bounds() == [whole]
        judges.of(new, 2)
        assert bounds() == [half, half]
        assert new.on_close is not None
        new.on_close()
        judges.of(kept, 1)
        assert bounds() == [whole]

    asyncio.run(run())
