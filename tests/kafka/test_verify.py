"""`consentry verify` on a real bus: silent on what is right, exact on what is broken."""

from __future__ import annotations

from streams.core.policy import default_policy
from streams.offline.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import stories


def test_what_was_judged_is_equal(bus: Bus) -> None:
    events = stories(20)
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        bus.settle(worker)
        found = verify(bus.settings, default_policy())
    assert found.equal, found.differences
    assert sum(cut.facts for cut in found.cuts) == len(events)
