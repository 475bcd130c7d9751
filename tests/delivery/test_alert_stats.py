"""`consentry alerts stats` asks a deliverer that has delivered on a real Kafka."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.delivery.output_records import lives, send
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, until
from tests.metrics.scraping import Samples, samples
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.real import free_port

POLICY = """
[alerts]
window_s = 1
gather_s = 0.2
[[alerts.routes]]
name = "all"
sinks = ["chat"]
hold_down_s = 1
[alerts.heartbeat]
sinks = ["chat"]
"""


def test_stats_account_for_every_revision_and_the_heartbeat(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = lives(20, 1)
    send(bus, published)
    port = str(free_port())
    with Standing(WebhookReceiver()) as standing:
        toml = (
            f'[sinks.chat]\ntype = "webhook"\nformat = "alert"\n'
            f'url = "{standing.receiver.url}/hook"\n'
        )
        deliveries = Deliveries(
            bus, tmp_path, toml + POLICY,
            CONSENTRY_SINK_CHAT_SECRET=SECRET, CONSENTRY_HEALTH_PORT=port,
        )  # fmt: skip
        monkeypatch.setenv("CONSENTRY_CONFIG", str(deliveries.config))
        monkeypatch.setenv("CONSENTRY_SINK_CHAT_SECRET", SECRET)
        with deliveries.ready("--from", "earliest") as process:

            def account() -> dict[str, int] | None:
                status = main(["alerts", "stats", "--port", port, "--json"])
                said = capsys.readouterr()
                assert status == 0, said
                found: dict[str, int] = json.loads(said.out)["sinks"].get("chat", {})
                settled = found.get("raised") == len(published) + 1 and found["pending"] == 0
                return found if settled else None

            found = until(account, "everything is accounted for", worker=process)
            assert found["balanced"]
            assert found["delivered"] >= 1
            ended = ("delivered", "grouped", "muted", "dead_lettered")
            assert sum(found[name] for name in ended) == len(published) + 1
            bodies = [json.loads(body)["data"] for _, body in standing.receiver.got]
            assert "HEARTBEAT" in {one["code"] for one in bodies}

            def shown() -> Samples | None:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/metrics", timeout=5
                ) as answer:
                    found = samples(answer.read().decode())
                return found if ("chat",) in found["consentry_sink_lag_records"] else None

            metrics = until(shown, "the lag is known", worker=process)
            assert metrics["consentry_sink_lag_records"]["chat",] == 0
            assert metrics["consentry_alerts_oldest_seconds"]["chat",] == 0
