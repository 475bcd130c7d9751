"""A second installation, which begins with an export of the first and judges on from there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.core.policy import Policy
from streams.operate.moving.importing import import_facts
from streams.settings import Settings
from streams.topics import create_topics
from tests.faults.checks import (
    Kind,
    Problem,
    Published,
    problems,
    standing_duties,
    standing_findings,
)
from tests.faults.published import read_published
from tests.faults.verified import verified
from tests.kafka.harness import Bus, until

SECOND = "second installation"
ANOTHER = 9
"""Its generation: those that follow the first one are for more partitions."""

WITHIN_S = 300.0
"""It reads the whole stream, and commands besides, on a machine that may play other runs as well."""


def second(
    bus: Bus, policy: Policy, export: Path, published: Published, seconds: float
) -> list[Problem]:
    """Import into a second generation on the same inputs, let it judge the rest, and compare.

    What stands on its topics must be what stands on those of the first. The workers of the
    first are stopped. For `seconds` a deadline may pass that the first had no tick for.
    """
    with _another(bus, policy, export):
        deadline = time.monotonic() + seconds
        with bus.worker(None) as worker:
            bus.settle(worker, WITHIN_S)
            until(lambda: _swept(bus) or None, "the sweep is through", WITHIN_S, worker)
            while (found := differences(published, read_published(bus))) and (
                time.monotonic() < deadline
            ):
                time.sleep(1)
            worker.stop()
        return found + [
            Problem(one.kind, f"{one.what}, {SECOND}", one.count, one.examples)
            for one in verified(bus)
        ]


@contextmanager
def _another(bus: Bus, policy: Policy, export: Path) -> Iterator[None]:
    """Within it the bus is that of the second installation, which has the facts."""
    settings = bus.settings
    given = settings.model_dump(exclude_unset=True)
    given |= {"generation": ANOTHER, "store": "memory", "topic_violations": "violations-9"}
    try:
        bus.settings = Settings(**given, topic_duties="duties-9")
        bus.names = bus.settings.topics
        create_topics(bus.settings)
        imported = import_facts(bus.settings, policy, [export])
        assert imported.same_topics
        yield
    finally:
        bus.settings, bus.names = settings, settings.topics


def _swept(bus: Bus) -> bool:
    rows = bus.progress().values()
    latest = max(row.basis.sequence for row in rows)
    return all(not row.sweeping and row.basis.sequence == latest for row in rows)


def differences(first: Published, other: Published) -> list[Problem]:
    found: list[Problem] = []
    for what, wanted, here in (
        ("findings", standing_findings(first.findings), standing_findings(other.findings)),
        ("duties", standing_duties(first.duties), standing_duties(other.duties)),
    ):
        differing = [name for name in wanted.keys() | here if wanted.get(name) != here.get(name)]
        found += problems((Kind.WRONG, f"{what} that differ, {SECOND}", sorted(differing)))
    return found
