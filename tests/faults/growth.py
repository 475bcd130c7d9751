"""More partitions, at the end of a run: the command is killed in the midst, and said again."""

from __future__ import annotations

import json
import signal
from typing import Any, Final

from streams.settings import Settings
from streams.verify.compare import OF_VERSION
from tests.faults.cluster import Cluster
from tests.faults.verified import verified
from tests.kafka.harness import Bus
from tests.kafka.killed_growth import killed_growth
from tests.kafka.standing import standing
from tests.kafka.stories import stories

GROWN: Final = "partitions grown, killed while it writes"
MORE: Final = 2
KILLED_AT: Final = 3
"""Of the transactions of its import."""

STORIES: Final = 8
FIRST: Final = 2_000_000
"""Their numbers are those of nobody in the stream."""


def _said(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Without the versions: what no change of the policy touched is written by the one in force."""
    return {
        key: {name: value for name, value in one.items() if name not in OF_VERSION}
        for key, one in found.items()
    }


def grown(bus: Bus, cluster: Cluster) -> None:
    """What stood stands there too, and workers judge on. Raises AssertionError.

    The workers are stopped, and the group is empty.
    """
    words = ["partitions", "grow", "--to", str(bus.settings.partitions + MORE), "--yes", "--json"]
    before = standing(bus)
    with bus.start(program=killed_growth(words, KILLED_AT)) as killed:
        assert killed.ended() == -signal.SIGKILL, killed.text
    done = bus.command(*words)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["verified"], answer
    bus.settings = Settings(**(bus.settings.model_dump(exclude_unset=True) | answer["settings"]))
    bus.names = bus.settings.topics
    assert _said(standing(bus)) == _said(before)
    with bus.worker("w0") as worker:
        bus.send(*bus.events(stories(STORIES, FIRST)))
        bus.settle(worker)
        assert worker.stop()[0] == 0
    assert not (found := verified(bus)), found
