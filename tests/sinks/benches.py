"""Each kind of sink with a receiver that takes what it sends, for the contract suite."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.sinks.kinds import KINDS
from streams.sinks.options import SinkOptions
from streams.sinks.webhook import webhook_id
from tests.siem.readers import read_rfc5424
from tests.sinks.fakes import (
    AlertmanagerReceiver,
    BulkReceiver,
    HecReceiver,
    HttpReceiver,
    PagerDutyReceiver,
    SentinelReceiver,
    SlackReceiver,
    WebhookReceiver,
)
from tests.sinks.lines_receiver import RelpReceiver, TcpReceiver, octet_counted
from tests.sinks.loads import alerts, updates

SECRET: Final = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A sink that is open, loads for it, and what its receiver has taken, by id."""

    options: SinkOptions
    loads: Sequence[Any]
    received: Callable[[], list[str]]
    ids: Sequence[str]
    """What `received` has to show for each load; the same for two where the receiver keeps one."""
    receiver: HttpReceiver | None = None


def options(kind: str, folder: Path, port: int, **changes: Any) -> SinkOptions:
    """Options that reach a port of this host."""
    url = f"http://127.0.0.1:{port}"
    own: dict[str, dict[str, Any]] = {
        "file": {"path": folder / "findings.jsonl"},
        "webhook": {"url": f"{url}/hook", "secret": SECRET},
        "webhook-alert": {"url": f"{url}/hook", "secret": SECRET, "format": "alert"},
        "splunk_hec": {"url": url, "token": HecReceiver.token},
        "elasticsearch": {"url": url},
        "elasticsearch-latest": {"url": url, "mode": "latest"},
        "syslog": {"host": "127.0.0.1", "port": port, "transport": "tcp"},
        "relp": {"host": "127.0.0.1", "port": port, "transport": "tcp"},
        "sentinel": {
            "url": url,
            "rule_id": "dcr-00000000000000000000000000000001",
            "stream": "Custom-Consentry_CL",
        },
        "kafka": {"brokers": [f"127.0.0.1:{port}"], "topic": "siem"},
        "alertmanager": {"url": url},
        "pagerduty": {"url": f"{url}/v2/enqueue", "routing_key": PagerDutyReceiver.key},
        "slack": {"url": f"{url}/services/T0/B0/x"},
    }
    of_type = kind.partition("-")[0]
    return KINDS[of_type].model_validate({"type": of_type, **own[kind], **changes})


NETWORK: Final = (
    "webhook",
    "webhook-alert",
    "splunk_hec",
    "elasticsearch",
    "elasticsearch-latest",
    "sentinel",
    "syslog",
    "relp",
    "kafka",
    "alertmanager",
    "pagerduty",
    "slack",
)
HTTP: Final = tuple(kind for kind in NETWORK if kind not in ("syslog", "relp", "kafka"))
HERE: Final = ("file", *(kind for kind in NETWORK if kind != "kafka"))
"""Kinds with a receiver in the test's own process; Kafka has a test file of its own."""


ALERTED: Final = ("alertmanager", "pagerduty", "slack", "webhook-alert")
"""Kinds that take alerts; the others take letters."""


def loads(kind: str) -> Sequence[Any]:
    """Letters or alerts."""
    if kind in ALERTED:
        return alerts()
    return updates()


@asynccontextmanager
async def bench(kind: str, folder: Path, **changes: Any) -> AsyncIterator[Bench]:
    """A kind of sink with its receiver."""
    given = loads(kind)
    uids = [load.uid for load in given]
    if kind == "file":
        made = options(kind, folder, 0, format="flat", **changes)

        def lines() -> list[str]:
            path = folder / "findings.jsonl"
            return [
                f"{found['consentry.id']}:{found['consentry.revision']}"
                for found in map(json.loads, path.read_text("utf-8").split("\n")[:-1])
            ]

        yield Bench(options=made, loads=given, received=lines, ids=uids)
        return
    if kind == "syslog":
        async with TcpReceiver() as tcp:
            made = options(kind, folder, tcp.port, **changes)
            yield Bench(
                options=made,
                loads=given,
                ids=uids,
                received=lambda: [
                    _uid(one) for held in tcp.connections for one in octet_counted(bytes(held))
                ],
            )
        return
    if kind == "relp":
        async with RelpReceiver() as relp:
            made = options(kind, folder, relp.port, **changes)
            yield Bench(
                options=made,
                loads=given,
                ids=uids,
                received=lambda: [_uid(one) for one in relp.messages],
            )
        return
    receiver = _RECEIVERS[kind]()
    async with receiver:
        port = int(receiver.url.rpartition(":")[2])
        received, ids = _view(kind, receiver, given)
        yield Bench(
            options=options(kind, folder, port, **changes),
            loads=given,
            ids=ids,
            received=received,
            receiver=receiver,
        )


_RECEIVERS: Final[dict[str, Callable[[], HttpReceiver]]] = {
    "webhook": WebhookReceiver,
    "webhook-alert": WebhookReceiver,
    "splunk_hec": HecReceiver,
    "elasticsearch": BulkReceiver,
    "elasticsearch-latest": BulkReceiver,
    "sentinel": SentinelReceiver,
    "alertmanager": AlertmanagerReceiver,
    "pagerduty": PagerDutyReceiver,
    "slack": SlackReceiver,
}


def _view(
    kind: str, receiver: HttpReceiver, given: Sequence[Any]
) -> tuple[Callable[[], list[str]], Sequence[str]]:
    """How to see what a receiver took, and what it should show for each load."""
    uids = [load.uid for load in given]
    match receiver:
        case WebhookReceiver():
            return (
                lambda: [headers["webhook-id"] for headers, _ in receiver.got],
                [webhook_id(uid) for uid in uids],
            )
        case HecReceiver():
            return receiver.uids, uids
        case BulkReceiver():
            ids = uids if kind == "elasticsearch" else [load.identity for load in given]
            return lambda: [uid for _, uid in receiver.documents], ids
        case SentinelReceiver():
            return lambda: [row["consentry_uid"] for row in receiver.rows], uids
        case PagerDutyReceiver():
            return (
                lambda: [f"{e['dedup_key']} {e['event_action']}" for e in receiver.events],
                [
                    f"{load.key} {'trigger' if load.state == 'firing' else 'resolve'}"
                    for load in given
                ],
            )
        case AlertmanagerReceiver():
            return (
                lambda: [one["labels"]["group"] for one in receiver.alerts],
                [load.key for load in given],
            )
        case SlackReceiver():
            return (
                lambda: [str(m["blocks"][1]["fields"][-4:]) for m in receiver.messages],
                [str(_slack_fields(load)[-4:]) for load in given],
            )
        case _:
            raise AssertionError(kind)


def _slack_fields(load: Any) -> list[Any]:
    from streams.sinks.slack import slack_message

    fields: list[Any] = slack_message(load)["blocks"][1]["fields"]
    return fields


def _uid(message: bytes) -> str:
    (parameters,) = read_rfc5424(message.decode()).data.values()
    found = dict(parameters)
    return f"{found['id']}:{found['revision']}"
