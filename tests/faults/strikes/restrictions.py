"""Persons ask that processing is restricted, in the midst of all else, or that it no longer is."""

from __future__ import annotations

from typing import Final

from streams.wire.arrival import partition_for
from tests.faults.orders import RESTRICT, UNRESTRICT
from tests.faults.scene import Scene
from tests.faults.strikes.commands import order, somebody_is_known
from tests.faults.strikes.registry import strike

RESTRICTED: Final = "processing restricted"
LIFTED: Final = "restriction lifted"

PERSONS: Final = 5
"""At once: of some nothing is stored yet, and then there is nothing to restrict."""


def somebody_asked(scene: Scene) -> bool:
    """Whether there is a person who asked for a restriction."""
    return any(one.kind == RESTRICT for one in scene.orders)


@strike(RESTRICTED, weight=2, possible=somebody_is_known)
def restrict(scene: Scene) -> None:
    """Some persons ask for it."""
    for key in scene.rnd.sample(scene.persons, min(PERSONS, len(scene.persons))):
        order(scene, RESTRICT, partition_for(key, scene.bus.settings.partitions), key)
    scene.note(RESTRICTED)


@strike(LIFTED, weight=2, possible=somebody_asked)
def lift(scene: Scene) -> None:
    """One of those who asked is content again."""
    one = scene.rnd.choice([one for one in scene.orders if one.kind == RESTRICT])
    order(scene, UNRESTRICT, one.number, one.key)
    scene.note(LIFTED)
