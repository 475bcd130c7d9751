"""Alerts on a real Kafka: grouped over all partitions, once under one key and version."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.delivery.output_records import lives, send
from tests.delivery.process import Deliveries, all_ended
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, Sent, until
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver

POLICY = """
[alerts]
window_s = 2
gather_s = 0.2
[[alerts.routes]]
name = "all"
sinks = ["chat"]
"""


def chat(
    bus: Bus, folder: Path, standing: Standing[WebhookReceiver], policy: str = POLICY
) -> Deliveries:
    toml = (
        f'[sinks.chat]\ntype = "webhook"\nformat = "alert"\nurl = "{standing.receiver.url}/hook"\n'
        "retry_first_s = 0.05\nretry_max_s = 0.2\ncircuit_retry_s = 0.2\n"
    )
    return Deliveries(bus, folder, toml + policy, CONSENTRY_SINK_CHAT_SECRET=SECRET)


def alerts(standing: Standing[WebhookReceiver]) -> list[dict[str, Any]]:
    """What was published, in order."""
    return [json.loads(body)["data"] for _, body in standing.receiver.got]


def one_content_per_message(published: list[dict[str, Any]]) -> list[str]:
    """Keys with a version that was published in two ways, or that went back: none, when all is well."""
    by_uid: dict[str, set[str]] = defaultdict(set)
    highest: dict[str, int] = {}
    wrong = []
    for alert in published:
        by_uid[f"{alert['key']}:{alert['version']}"].add(json.dumps(alert, sort_keys=True))
        if alert["version"] > highest.get(alert["key"], 0) + 1:
            wrong.append(f"a version of {alert['key']} is missing")
        highest[alert["key"]] = max(alert["version"], highest.get(alert["key"], 0))
    return wrong + [uid for uid, contents in by_uid.items() if len(contents) > 1]


def last(published: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest message of each key."""
    return {alert["key"]: alert for alert in sorted(published, key=lambda alert: alert["version"])}


def test_findings_of_all_partitions_become_few_alerts_and_resolve_over_kills(
    bus: Bus, tmp_path: Path
) -> None:
    published = lives(60, 1)
    closing = [one for one in published if one.revision == 3]
    with Standing(WebhookReceiver()) as standing:
        deliveries = chat(bus, tmp_path, standing)
        process = deliveries.ready("--from", "earliest")
        try:
            for start in range(0, len(published), 30):
                send(bus, published[start : start + 30])
                standing.receiver.fault = 503 if start % 60 == 0 else None
                process.kill()
                process = deliveries.start()
            standing.receiver.fault = None

            def counted() -> bool:
                newest = last(alerts(standing)).values()
                # Who was closed and opened again in a later window is in two groups.
                return bool(sum(alert["open_count"] for alert in newest) == 60 - closed(published))

            until(lambda: counted() or None, "all that is open is reported", worker=process)
            assert len(last(alerts(standing))) < 20
            assert one_content_per_message(alerts(standing)) == []
            assert closing
            # What is no letter ends too, and is counted.
            bus.send(
                Sent(topic=bus.names.violations, key=b"gone", value=None, partition=0),
                Sent(topic=bus.names.violations, key=b"odd", value=b"no finding", partition=0),
            )
            until(
                lambda: bus.read(bus.names.delivery_dead_letters) or None,
                "the dead letter",
                worker=process,
            )
            assert process.stop()[0] == 0
            counts = process.logged("sink.counts")[-1]
            assert all_ended(counts), counts
            account = process.logged("alerts.account")[-1]
            muted = sum(account["muted"].values())
            ended = account["delivered"] + account["grouped"] + muted + account["dead_lettered"]
            assert account["raised"] == ended + account["pending"] == len(published)
            assert account["pending"] == 0
        finally:
            process.kill()


def closed(published: list[Any]) -> int:
    """How many findings are closed at the end."""
    newest = {one.violation_id: one for one in published}
    return sum(one.revision == 3 for one in newest.values())


def test_one_deliverer_has_all_and_another_takes_over(bus: Bus, tmp_path: Path) -> None:
    first_half, second_half = lives(10, 2), lives(10, 3, first=100)
    with Standing(WebhookReceiver()) as standing:
        deliveries = chat(bus, tmp_path, standing)
        with (
            deliveries.ready("--from", "earliest", instance_id=None) as first,
            deliveries.ready(instance_id=None) as second,
        ):
            send(bus, first_half)
            until(lambda: alerts(standing) or None, "the first alert", worker=first)
            first.kill()
            send(bus, second_half)
            wanted = 20 - closed(first_half) - closed(second_half)

            def counted() -> bool:
                newest = last(alerts(standing)).values()
                return bool(sum(alert["open_count"] for alert in newest) == wanted)

            until(lambda: counted() or None, "all that is open is reported", worker=second)
            assert one_content_per_message(alerts(standing)) == []


def test_a_route_to_a_sink_that_is_not_there_is_reported(bus: Bus, tmp_path: Path) -> None:
    with Standing(WebhookReceiver()) as standing:
        wrong = POLICY.replace('sinks = ["chat"]', 'sinks = ["chta"]').replace(
            "window_s", "windows"
        )
        with chat(bus, tmp_path, standing, wrong).start() as process:
            assert process.ended() == 2
            assert "consentry.toml, alerts.windows: " in process.text
            assert "Traceback" not in process.text
        wrong = POLICY.replace('sinks = ["chat"]', 'sinks = ["chta"]')
        with chat(bus, tmp_path, standing, wrong).start() as process:
            assert process.ended() == 2
            assert "there is no sink chta; there are chat" in process.text


def test_the_check_of_messages_bites() -> None:
    alert = {"key": "a", "version": 1, "count": 1}
    assert one_content_per_message([alert, alert]) == []
    assert one_content_per_message([alert, alert | {"count": 2}]) == ["a:1"]
    assert one_content_per_message([alert, alert | {"version": 3}]) != []
