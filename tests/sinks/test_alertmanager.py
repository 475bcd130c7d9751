"""A real Alertmanager fires and resolves what the sink says, and nothing by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from streams.core.instants import Instant, format_instant
from streams.sinks.contract import DELIVERED
from tests.receivers import needs
from tests.sinks.benches import options
from tests.sinks.loads import MARK, alert, alerts, in_loop, until
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.real import free_port, running

STARTED = Instant(int(datetime.now(UTC).timestamp() * 1000) - 300_000)
"""When alerts began to fire: Alertmanager forgets those that ended long ago."""

_CONFIG = """
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 10ms
  group_interval: 10ms
  repeat_interval: 1h
receivers:
  - name: hook
    webhook_configs:
      - url: {url}/from-alertmanager
        send_resolved: true
"""


@contextmanager
def alertmanager(folder: Path, port: int, hook: str) -> Iterator[None]:
    program = needs("prometheus-alertmanager", "prometheus-alertmanager")
    config = folder / "alertmanager.yml"
    config.write_text(_CONFIG.format(url=hook), "utf-8")
    command = [
        program,
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(command, folder, port, "alertmanager"):
        yield


def published(receiver: WebhookReceiver) -> dict[str, str]:
    """The newest state of each group that the webhook of Alertmanager got."""
    states = {}
    for _, body in receiver.got:
        for one in json.loads(body)["alerts"]:
            states[one["labels"]["group"]] = one["status"]
    return states


@in_loop
async def test_it_fires_and_resolves(tmp_path: Path) -> None:
    port = free_port()
    async with WebhookReceiver() as hook:
        with alertmanager(tmp_path, port, hook.url):
            sink = options("alertmanager", tmp_path, port).open()
            assert (await sink.check())[0].ok
            first, other, again, resolved = (
                msgspec.structs.replace(one, fires_since=STARTED) for one in alerts()
            )
            assert set(await sink.send([first, other])) == {DELIVERED}
            both = {first.key: "firing", other.key: "firing"}
            await until(lambda: published(hook) == both)
            await sink.send([again])
            # Far ahead: nothing is resolved because no deliverer ran for a while.
            (held,) = [one for one in await asked(port) if one["labels"]["group"] == first.key]
            ends = datetime.fromisoformat(held["endsAt"])
            assert ends > datetime.now(UTC) + timedelta(hours=23)
            assert held["annotations"]["findings"] == "3 open of 4; 1 may still be withdrawn"
            assert held["startsAt"] == format_instant(STARTED)
            await sink.send([resolved])
            await until(lambda: published(hook) == {first.key: "resolved", other.key: "firing"})
            # It can fire again.
            await sink.send([alert(version=4)])
            await until(lambda: published(hook) == both)
            await sink.close()


@in_loop
async def test_labels_are_few_and_hold_no_person(tmp_path: Path) -> None:
    port = free_port()
    async with WebhookReceiver() as hook:
        with alertmanager(tmp_path, port, hook.url):
            sink = options("alertmanager", tmp_path, port).open()
            await sink.send([alert(pseudonyms=(f"subject-{MARK}",), test=True)])
            await sink.close()
            (held,) = await asked(port)
    assert set(held["labels"]) == {
        "alertname",
        "code",
        "severity",
        "recipient",
        "controller",
        "instance",
        "group",
        "test",
    }
    assert f"subject-{MARK}" not in json.dumps(held["labels"])
    assert held["annotations"]["summary"].startswith("[TEST] ")


@in_loop
async def test_ten_times_as_much_is_one_more_alert_and_a_restart_forgets_none(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with WebhookReceiver() as hook:
        sink = options("alertmanager", tmp_path, port).open()
        grown = alert(version=2, growth=1, fires_since=STARTED)
        with alertmanager(tmp_path, port, hook.url):
            await sink.send([alert(fires_since=STARTED)])
            await until(lambda: len(hook.got) >= 1)
            await sink.send([grown])
            await until(lambda: len(hook.got) >= 2, within_s=20)
            assert [one["labels"].get("growth") for one in newest(hook)] == [None, "x10"]
        with alertmanager(tmp_path, port, hook.url):
            assert await asked(port) == [], "it remembers nothing"
            # What the deliverer does every minute; nothing else brings them back.
            await sink.send([grown])
            assert {one["startsAt"] for one in await asked(port)} == {format_instant(STARTED)}
            assert len(await asked(port)) == 2
            over = alert(version=3, growth=1, state="resolved", fires_since=STARTED)
            await sink.send([over])
            await until(lambda: {one["status"] for one in newest(hook)} == {"resolved"})
            assert await asked(port) == []
        await sink.close()


def newest(receiver: WebhookReceiver) -> list[dict[str, Any]]:
    """The alerts of the latest notification, the one that fired first before."""
    found: list[dict[str, Any]] = json.loads(receiver.got[-1][1])["alerts"]
    return sorted(found, key=lambda one: one["labels"].get("growth", ""))


async def asked(port: int) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/api/v2/alerts") as answer,
    ):
        found: list[dict[str, Any]] = await answer.json()
        return found
