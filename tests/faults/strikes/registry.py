"""The registry of strikes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.faults.scene import Scene

Act = Callable[[Scene], None]


class Strike(NamedTuple):
    """One kind of fault.

    `act` strikes, and puts its recovery on the agenda of the scene. `possible` says
    whether it can strike now. `weight` is how often it comes among the others. `inner`:
    it strikes at a step inside our own runtime.
    """

    name: str
    act: Act
    possible: Callable[[Scene], bool]
    weight: int
    inner: bool


STRIKES: Final[dict[str, Strike]] = {}


def somebody_runs(scene: Scene) -> bool:
    """Whether there is a worker to strike at."""
    return bool(scene.crew.running)


def always(_: Scene) -> bool:
    """It can strike at any time."""
    return True


def strike(
    name: str,
    *,
    weight: int = 1,
    possible: Callable[[Scene], bool] = always,
    inner: bool = False,
) -> Callable[[Act], Act]:
    """Register a function as a strike."""

    def register(act: Act) -> Act:
        STRIKES[name] = Strike(name, act, possible, weight, inner)
        return act

    return register
