"""Two generations on the same output topics, and what a reader of them holds."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.findings import OutputRecord
from streams.operate.rebuilding.read_outputs import ReadOutputs
from streams.operate.rebuilding.retract import pieces
from streams.transport.commit.output_batch import Output
from streams.verify.compare import OF_VERSION
from streams.verify.output_record import read_output, stands
from streams.wire.commands import HeldOutput
from streams.wire.errors import WireError
from streams.wire.progress import PROGRESS_KEY
from tests.agents.ordering import command, order
from tests.agents.world import NAMES, World
from tests.transport.records import One

TOPICS = (NAMES.violations, NAMES.duties)


class Topics:
    """The output topics, with what stood there before a world began."""

    def __init__(self, world: World, *earlier: World) -> None:
        self.before = [one for before in earlier for one in outputs(before)]
        self.world = world

    @property
    def records(self) -> list[Output]:
        """All of both, in their order."""
        return [*self.before, *outputs(self.world)]

    def unsaid(self) -> list[HeldOutput]:
        """What `consentry outputs rebuild` names to the owner."""
        read = ReadOutputs()
        for at, one in enumerate(self.records):
            record = One(one.topic, 0, at, 0, one.key, one.value, tuple(one.headers))
            read.take([record], None, duty=one.topic == NAMES.duties)
        rows = self.world.compacted(NAMES.changelog)
        read.state(((key, row) for key, row in rows.items() if key and key != PROGRESS_KEY),
                   self.world.policy, self.world.progress.partition_time)  # fmt: skip
        found = list(read.unsaid())
        read.close()
        return found

    def orders(self, named: list[HeldOutput] | None = None) -> list[One]:
        """The commands that end it, and the one that publishes again."""
        some = pieces(self.unsaid() if named is None else named)
        retract = [order(self.world, command("retract", standing=one)) for one in some]
        return [*retract, order(self.world, command("rebuild"))]

    def held(self) -> dict[tuple[str, str], OutputRecord]:
        """What stands for a reader who keeps the highest revision of each id."""
        highest: dict[tuple[str, str], OutputRecord] = {}
        for one in self.records:
            place = one.topic, (one.key or b"").decode()
            if one.value is None:
                highest.pop(place, None)
                continue
            try:
                output = read_output(one.value, duty=one.topic == NAMES.duties)
            except WireError:
                continue
            if place not in highest or output.revision > highest[place].revision:
                highest[place] = output
        return {place: one for place, one in highest.items() if stands(one)}

    def stated(self) -> dict[tuple[str, str], OutputRecord]:
        """The same of the last world alone, restored from its rows and published again."""
        self.world.kept.commit()
        alone = World(policy=self.world.policy)
        alone.kept.written = list(self.world.kept.written)
        alone.restart()
        alone.take(order(alone, command("rebuild")))
        return Topics(alone).held()


def outputs(world: World) -> list[Output]:
    """What a world wrote to the output topics."""
    written = [one for batch in world.kept.batches for one in batch.outputs]
    return [one for one in written if one.topic in TOPICS]


def plain(found: dict[tuple[str, str], OutputRecord]) -> dict[tuple[str, str], dict[str, Any]]:
    """Without when and how it was worded, and whether it is OPEN or REVISED."""
    gone = {"detected_at", "status", *OF_VERSION}
    return {
        at: {name: value for name, value in msgspec.to_builtins(one).items() if name not in gone}
        for at, one in found.items()
    }
