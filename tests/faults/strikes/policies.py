"""The policy is changed while facts come in, and changed back."""

from __future__ import annotations

import asyncio
from typing import Final

from kafka.errors import KafkaError

from streams.control.in_force import written_now
from streams.control.log import ControlLog
from streams.control.record import ControlRecord, record_of
from streams.control.write import append
from streams.dev.samples import POLICY_FILE
from streams.errors import ConsentryError
from streams.policy_file import PolicyText, policy_of, standalone
from tests.faults.scene import Scene, stubbornly
from tests.faults.strikes.registry import somebody_runs, strike

OTHER: Final = 'withdrawal_grace = "P900D"\nnotify_deadline = "PT1H"\nsimilar_products = []\n'
"""Under which much of what the sample's own policy finds is found no more."""

LASTS_S: Final = 4.0


@strike("policy changed", weight=2, possible=somebody_runs)
def change(scene: Scene) -> None:
    """All that is stored is judged by another policy, and then by the first again."""
    apply(scene, PolicyText(label="other", text=OTHER))
    scene.note("policy changed")
    scene.later(LASTS_S, lambda: apply(scene, standalone(POLICY_FILE)))


def apply(scene: Scene, text: PolicyText) -> None:
    """Put a policy in force, also over a broker that was just restarted."""

    def following(log: ControlLog) -> ControlRecord:
        return record_of(
            text,
            log.sequence + 1,
            version=policy_of(text, "a policy").version,
            who="the campaign",
            why="to see what stands",
            ticket=None,
            written_at=written_now(),
        )

    def write() -> None:
        try:
            asyncio.run(append(scene.bus.settings, following))
        except ConsentryError as error:
            raise KafkaError(error.problem) from error

    stubbornly(write)
