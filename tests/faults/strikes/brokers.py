"""The broker killed, restarted, refusing writes and slowing writers down."""

from __future__ import annotations

import time
from typing import Final

from tests.faults.scene import Scene, stubbornly
from tests.faults.strikes.registry import strike

KILL: Final = "broker killed"
TIGHT_QUOTA = 3_000.0
COORDINATORS = ("__transaction_state", "__consumer_offsets")


@strike(KILL, weight=2)
def kill(scene: Scene) -> None:
    """SIGKILL, with every transaction and its coordinator; started again on the same data."""
    scene.cluster.broker.kill()
    scene.note(KILL)
    time.sleep(scene.rnd.choice([0.0, 0.0, 3.0]))
    scene.cluster.broker.start()


@strike("broker restarted", weight=2)
def restart(scene: Scene) -> None:
    """Stopped in good order and started: the coordinators move away and come back."""
    scene.note("broker restarted")
    scene.cluster.broker.stop()
    scene.cluster.broker.start()


@strike("output refuses writes", weight=2)
def refuse_outputs(scene: Scene) -> None:
    """Too few replicas on a topic that transactions write to."""
    names = scene.bus.names
    topic = scene.rnd.choice([names.changelog, names.violations, names.duties, names.rekeyed])
    refuse(scene, topic)
    scene.note("output refuses writes")


@strike("coordinator refuses writes", weight=2)
def refuse_coordinators(scene: Scene) -> None:
    """Too few replicas for the coordinator of transactions or of groups to write."""
    refuse(scene, scene.rnd.choice(COORDINATORS))
    scene.note("coordinator refuses writes")


def refuse(scene: Scene, topic: str) -> None:
    """Refuse writes to a topic for some seconds."""
    cluster = scene.cluster
    stubbornly(lambda: cluster.refuse_writes(topic, on=True))
    scene.later(
        scene.rnd.uniform(2, 8),
        lambda: stubbornly(lambda: cluster.refuse_writes(topic, on=False)),
    )


@strike("quota used up")
def throttle(scene: Scene) -> None:
    """A byte rate for writers far below what they need."""
    cluster = scene.cluster
    stubbornly(lambda: cluster.throttle(TIGHT_QUOTA))
    scene.later(scene.rnd.uniform(4, 8), lambda: stubbornly(lambda: cluster.throttle(None)))
    scene.note("quota used up")
