"""A deliverer ends within ten seconds of SIGTERM, whatever its receivers do."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from streams.cli.deliver_process import STOP_WITHIN_S
from streams.delivery import sink_sender
from tests.delivery.output_records import lives, send
from tests.delivery.process import Deliveries
from tests.delivery.receivers import OPTIONS, Receiver, sender
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, until
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver

STOPPED_WITHIN_S = 10.0


ALERTS = """
[alerts]
gather_s = 0
[[alerts.routes]]
name = "all"
sinks = ["chat", "mail"]
"""


def test_receivers_that_hang_do_not_keep_it_from_ending(bus: Bus, tmp_path: Path) -> None:
    """One that takes findings, one that takes alerts, and one whose library waits in a thread."""
    with Standing(WebhookReceiver()) as standing:
        url = standing.receiver.url
        toml = (
            f'[sinks.hook]\ntype = "webhook"\nurl = "{url}/hook"\ntimeout_s = 60\n'
            f'[sinks.chat]\ntype = "webhook"\nformat = "alert"\nurl = "{url}/chat"\ntimeout_s = 60\n'
            f'[sinks.mail]\ntype = "apprise"\ntimeout_s = 60\n{ALERTS}'
        )
        deliveries = Deliveries(
            bus,
            tmp_path,
            toml,
            CONSENTRY_SINK_HOOK_SECRET=SECRET,
            CONSENTRY_SINK_CHAT_SECRET=SECRET,
            CONSENTRY_SINK_MAIL_URL=url.replace("http", "json") + "/mail?rto=60&cto=60",
        )
        with deliveries.ready("--from", "earliest") as process:
            standing.receiver.fault = "hang"
            send(bus, lives(3, 1))

            def paths() -> set[str]:
                return {one.path for one in standing.receiver.requests}

            until(
                lambda: paths() >= {"/hook", "/chat", "/mail"} or None, "all hang", worker=process
            )
            begun = time.monotonic()
            code, _ = process.stop()
            took = time.monotonic() - begun
            assert code == 0
            assert took < STOPPED_WITHIN_S, process.text[-3_000:]
            assert "Traceback" not in process.text
        # What was under way is delivered by the next one.
        standing.receiver.fault = None
        with deliveries.ready() as process:
            until(lambda: len(standing.receiver.got) >= 4 or None, "all arrive", worker=process)


class NeverClosed(Receiver):
    """Its connection does not say goodbye."""

    async def close(self) -> None:
        await asyncio.Event().wait()


def test_a_receiver_that_does_not_close_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sink_sender.CLOSE_S + sink_sender.LET_GO_S < STOP_WITHIN_S < STOPPED_WITHIN_S
    monkeypatch.setattr(sink_sender, "CLOSE_S", 0.05)
    begun = time.monotonic()
    with capture_logs() as logs:
        asyncio.run(sender(NeverClosed()).close())
    assert time.monotonic() - begun < OPTIONS.timeout_s
    assert logs[0]["event"] == "sink.not_closed"
