"""Persons leave: the deliverer has receivers delete what they can, on a real Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.delivery.output_records import lives, open_states, send
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import story
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.siem_receivers import BulkReceiver

POLICY = """
retention = "PT1S"
arrival_grace = "PT8S"
notify_deadline = "PT1S"
"""


def sinks(elastic: Standing[BulkReceiver], hook: Standing[WebhookReceiver]) -> str:
    return f"""
[sinks.stream]
type = "elasticsearch"
url = "{elastic.receiver.url}"

[sinks.latest]
type = "elasticsearch"
mode = "latest"
url = "{elastic.receiver.url}"

[sinks.hook]
type = "webhook"
url = "{hook.receiver.url}/hook"
"""


def indexes(elastic: Standing[BulkReceiver]) -> set[str]:
    return {index for index, _ in elastic.receiver.documents}


def last_counts(process: Any) -> dict[str, dict[str, int]]:
    return {line["sink"]: line for line in process.logged("sink.counts")}


def test_what_the_worker_removes_is_deleted_at_the_receivers(bus: Bus, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    with Standing(BulkReceiver()) as elastic, Standing(WebhookReceiver()) as hook:
        deliveries = Deliveries(
            bus, tmp_path, sinks(elastic, hook), CONSENTRY_SINK_HOOK_SECRET=SECRET
        )
        with (
            bus.worker(policy_file=policy) as worker,
            deliveries.ready("--from", "state") as process,
        ):
            bus.send(*bus.events(event for number in range(4) for event in story(number)))
            bus.settle(worker)
            wanted = {
                "consentry-latest",
                "logs-consentry.violation-default",
                "logs-consentry.duty-default",
            }
            until(lambda: indexes(elastic) == wanted or None, "all is there", worker=process)
            until(lambda: worker.logged("subjects.left") or None, "all left", worker=worker)
            until(lambda: not elastic.receiver.documents or None, "all is gone", worker=process)
            assert process.stop()[0] == 0
    counts = last_counts(process)
    assert counts["latest"]["removed"] == counts["stream"]["removed"] > 0
    assert counts["hook"]["not_removable"] == counts["latest"]["removed"]
    assert all(line["pending"] == 0 == line["dead_lettered"] for line in counts.values())


@pytest.mark.parametrize(("start", "removed"), [("earliest", 2), ("state", 1)])
def test_who_came_back_after_the_tombstone_stays(
    bus: Bus, tmp_path: Path, start: str, removed: int
) -> None:
    """A catch-up knows only what stands at its end."""
    published = lives(6, 1)
    gone, back = published[0].violation_id, published[1].violation_id
    assert gone != back
    send(bus, published)
    for one in (gone, back):
        bus.send(Sent(topic=bus.names.violations, key=one.encode(), value=None))
    send(bus, [one for one in published if one.violation_id == back][:1])
    with Standing(BulkReceiver()) as elastic, Standing(WebhookReceiver()) as hook:
        elastic.receiver.gc_deletes_s = 5.0  # what came back is tried again after 20 s
        deliveries = Deliveries(
            bus, tmp_path, sinks(elastic, hook), CONSENTRY_SINK_HOOK_SECRET=SECRET
        )
        with deliveries.ready("--from", start) as process:
            all_open = {one.partition(":")[0] for one in open_states(published)} | {back}
            whole = {one.violation_id for one in published} if start == "earliest" else all_open
            whole -= {gone}

            def there() -> set[str]:
                return {
                    id_ for index, id_ in elastic.receiver.documents if index == "consentry-latest"
                }

            until(lambda: there() == whole or None, "the others stay", worker=process)
            assert process.stop()[0] == 0
        counts = last_counts(process)
        assert counts["latest"]["removed"] == removed
