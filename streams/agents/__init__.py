"""The agents: one file a hop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.app import ConsentryApp
    from streams.measures.worker_stats import WorkerStats


def install(app: ConsentryApp, tally: WorkerStats | None = None) -> None:
    """Put every agent of a worker on the app; what is judged is counted in `tally`."""
    from streams.agents import judge, ticks

    judge.install(app, tally)
    ticks.install(app)
