"""The agents: one file a hop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.app import ConsentryApp


def install(app: ConsentryApp) -> None:
    """Put every agent of a worker on the app."""
    from streams.agents import judge, ticks

    judge.install(app)
    ticks.install(app)
