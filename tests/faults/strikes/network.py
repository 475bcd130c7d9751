"""The wire between workers and broker cut, stalled, refused and slowed."""

from __future__ import annotations

from tests.faults.scene import Scene
from tests.faults.strikes.registry import strike


@strike("connections cut", weight=2)
def cut(scene: Scene) -> None:
    """Every connection is reset, several times in a row."""
    for number in range(scene.rnd.randint(1, 4)):
        scene.later(number * 0.3, scene.cluster.proxy.cut)
    scene.note("connections cut")


@strike("connections half-open", weight=2)
def stall(scene: Scene) -> None:
    """Connections stay up and carry nothing, shorter or longer than a session."""
    proxy = scene.cluster.proxy
    proxy.stall(on=True)
    scene.later(scene.rnd.choice([1.0, 3.0, 9.0]), lambda: proxy.stall(on=False))
    scene.note("connections half-open")


@strike("connections refused")
def refuse(scene: Scene) -> None:
    """Nobody gets through to the broker."""
    proxy = scene.cluster.proxy
    proxy.refuse(on=True)
    scene.later(scene.rnd.uniform(1, 5), lambda: proxy.refuse(on=False))
    scene.note("connections refused")


@strike("network slow")
def slow(scene: Scene) -> None:
    """Every answer comes late."""
    proxy = scene.cluster.proxy
    proxy.slow(scene.rnd.uniform(0.02, 0.2))
    scene.later(scene.rnd.uniform(3, 8), lambda: proxy.slow(0.0))
    scene.note("network slow")
