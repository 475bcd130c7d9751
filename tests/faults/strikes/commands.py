"""Commands of operators in the midst of all else: a person is erased, outputs are rebuilt."""

from __future__ import annotations

from typing import Final

from streams.core.identifiers import SubjectKey
from streams.wire.arrival import partition_for
from streams.wire.commands import HeldOutput
from tests.faults import orders
from tests.faults.scene import Scene, stubbornly
from tests.faults.strikes.registry import strike

ERASE: Final = "person erased"
REBUILD: Final = "outputs rebuilt"


def somebody_is_known(scene: Scene) -> bool:
    """Whether there is a person to erase."""
    return bool(scene.persons)


@strike(ERASE, weight=2, possible=somebody_is_known)
def erase(scene: Scene) -> None:
    """Somebody asks to be erased; perhaps before, amid or after what the stream says of them."""
    _erase(scene, scene.rnd.choice(scene.persons))


def erase_at_rest(scene: Scene) -> None:
    """Somebody is erased after all is judged: who was erased in the storm may have had no fact."""
    erased = {one.key for one in scene.orders}
    _erase(scene, scene.rnd.choice([key for key in scene.persons if key not in erased]))


def _erase(scene: Scene, key: SubjectKey) -> None:
    order(scene, "erase", partition_for(key, scene.bus.settings.partitions), key)
    scene.note(ERASE)


@strike(REBUILD, weight=2)
def rebuild(scene: Scene) -> None:
    """Each partition publishes again what its rows say."""
    for number in range(scene.bus.settings.partitions):
        order(scene, "rebuild", number, None)
    scene.note(REBUILD)


def order(
    scene: Scene,
    kind: str,
    number: int,
    key: SubjectKey | None,
    standing: tuple[HeldOutput, ...] = (),
) -> None:
    """Send a command until the broker has it; the workers answer when they come to it."""
    brokers, topic = scene.cluster.direct, scene.bus.names.commands
    sent = stubbornly(lambda: orders.send(brokers, topic, kind, number, key, standing))
    scene.orders.append(sent)
