"""The facts are exported beside running workers; a second installation begins with them later."""

from __future__ import annotations

from typing import Final

from kafka.errors import KafkaError

from streams.errors import ConsentryError
from streams.operate.moving.export import export_facts
from tests.faults.scene import Scene, stubbornly
from tests.faults.strikes.registry import strike

EXPORT: Final = "facts exported"


def somebody_works(scene: Scene) -> bool:
    """Whether a worker of ours judges, so that there is a state."""
    return scene.crew.working and scene.ours


@strike(EXPORT, weight=2, possible=somebody_works)
def export(scene: Scene) -> None:
    """Each partition number as it stands at one of its batches."""

    def write() -> None:
        try:
            with scene.export.open("wb") as file:
                export_facts(scene.bus.settings, file)
        except ConsentryError as error:
            raise KafkaError(error.problem) from error

    stubbornly(write)
    scene.note(EXPORT)
