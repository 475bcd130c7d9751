"""Events from before the assessed time: counted apart, kept, and worth a duty later."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.core.instants import Instant, format_instant
from streams.policy_file import load_policy
from streams.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import START, share, withdrawal
from tests.kafka.test_metrics import scraped


def test_they_have_an_outcome_of_their_own_everywhere(bus: Bus, tmp_path: Path) -> None:
    start = Instant(START + 10_000)
    policy = tmp_path / "policy.toml"
    policy.write_text(f"assess_from = {format_instant(start)}\n")
    early = [share(f"s{n}", "e", Instant(start - 1)) for n in range(7)]
    late = [share(f"s{n}", "l", start) for n in range(5)]
    topic = bus.names.data_share
    with bus.worker(policy_file=policy, health_port=0) as worker:
        bus.send(*bus.events([*early, *late, *early]))
        bus.settle(worker)
        # They are in the ledger: who got the data must hear of the withdrawal.
        bus.send(*bus.events([withdrawal("s6", "w", Instant(start + 1))]))
        bus.settle(worker)
        _, found = scraped(worker)
        ended = {o: n for (t, o), n in found["consentry_records_total"].items() if t == topic}
        assert ended["not_assessed"] == 7
        assert (ended["judged"], ended["duplicates"]) == (5, 7)
        assert worker.stop()[0] == 0
        [*_, last] = worker.logged("worker.counters")
    assert last["topics"][topic]["not_assessed"] == 7
    counted = bus.counters(topic)
    assert (counted.not_assessed, counted.judged, counted.duplicates) == (7, 5, 7)
    assert counted.balanced
    assert {str(finding.event_id) for finding in bus.findings()} <= {"l", "w"}
    assert {duty.trigger_event_id for duty in bus.duties().values()} == {"w"}
    result = verify(bus.settings, load_policy(policy))
    assert result.differences == []
    shown = [line.seen for line in result.balance if line.topic == topic]
    assert sum(seen.not_assessed for seen in shown if seen is not None) == 7
    assert msgspec.to_builtins(result.balance[0])["counted"].keys() >= {"not_assessed"}
