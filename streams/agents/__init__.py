"""The agents: one file per stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.agents.judges import Judges
    from streams.app import ConsentryApp
    from streams.measures.worker_stats import WorkerStats


def install(app: ConsentryApp, stats: WorkerStats | None = None) -> Judges:
    """Put every agent of a worker on the app; what is judged is counted in `stats`.

    Returns the judges, which come and go with the partition numbers.
    """
    from streams.agents import judge, ticks

    judges = judge.install(app, stats)
    ticks.install(app)
    return judges
