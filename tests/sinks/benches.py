"""Each kind of sink with a receiver, for the contract suite: `BENCHES`, one entry each.

A kind needs one entry here and nothing else in this suite; some have a second one for a mode
of their own, named `kind-mode`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.sinks.kinds import KINDS
from streams.sinks.options import SinkOptions
from streams.sinks.slack import slack_message
from streams.sinks.webhook import webhook_id
from tests.siem.readers import read_rfc5424
from tests.sinks.folder import Folder
from tests.sinks.http_receiver import HttpReceiver
from tests.sinks.lines_receiver import RelpReceiver, TcpReceiver, octet_counted
from tests.sinks.loads import alerts, updates
from tests.sinks.people_receivers import (
    AlertmanagerReceiver,
    PagerDutyReceiver,
    SlackReceiver,
    WebhookReceiver,
)
from tests.sinks.siem_receivers import BulkReceiver, HecReceiver, SentinelReceiver

SECRET: Final = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A sink that is open, loads for it, and what its receiver has taken, by id."""

    options: SinkOptions
    loads: Sequence[Any]
    received: Callable[[], list[str]]
    ids: Sequence[str]
    """What `received` has to show for each load; the same for two where the receiver keeps one."""
    receiver: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfBench:
    """How the suite reaches one kind of sink."""

    options: Callable[[Path, int], dict[str, Any]]
    """Its options, by a folder of its own and the port of this host at which its receiver is."""
    receiver: Callable[[Path], AbstractAsyncContextManager[Any]] | None
    """A receiver in the test's own loop, with its `port`; None where another file has it."""
    received: Callable[[Any], list[str]] = lambda _: []
    """What a receiver has taken, by id, in its order."""
    expected: Callable[[Any], str] = lambda load: str(load.uid)
    """The id of a load at the receiver."""
    keeps_one: bool = False
    """Whether the receiver keeps one of what is sent twice."""
    network: bool = True
    """Whether nobody may be there."""
    waits_for_answers: bool = True
    """Whether it notices that nobody answers."""
    tested_in: str = ""
    """The file with its receiver, where `receiver` is None."""


def _url(path: str = "", **own: Any) -> Callable[[Path, int], dict[str, Any]]:
    return lambda _, port: {"url": f"http://127.0.0.1:{port}{path}", **own}


def _tcp(_: Path, port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "transport": "tcp"}


def _syslog_uid(message: bytes) -> str:
    (parameters,) = read_rfc5424(message.decode()).data.values()
    found = dict(parameters)
    return f"{found['id']}:{found['revision']}"


def _slack_fields(message: dict[str, Any]) -> str:
    return next(str(one["fields"]) for one in message["blocks"] if "fields" in one)


def _webhook(**own: Any) -> KindOfBench:
    return KindOfBench(
        options=_url("/hook", secret=SECRET, **own),
        receiver=lambda _: WebhookReceiver(),
        received=lambda receiver: [headers["webhook-id"] for headers, _ in receiver.got],
        expected=lambda load: webhook_id(load.uid),
    )


def _elasticsearch(expected: Callable[[Any], str], **own: Any) -> KindOfBench:
    return KindOfBench(
        options=_url(**own),
        receiver=lambda _: BulkReceiver(),
        received=lambda receiver: [uid for _, uid in receiver.documents],
        expected=expected,
        keeps_one=True,
    )


BENCHES: Final[dict[str, KindOfBench]] = {
    "file": KindOfBench(
        options=lambda folder, _: {"path": folder / Folder.name, "format": "flat"},
        receiver=Folder,
        received=lambda folder: [
            f"{found['consentry.id']}:{found['consentry.revision']}"
            for found in map(json.loads, folder.lines())
        ],
        network=False,
    ),
    "webhook": _webhook(),
    "webhook-alert": _webhook(format="alert"),
    "splunk_hec": KindOfBench(
        options=_url(token=HecReceiver.token),
        receiver=lambda _: HecReceiver(),
        received=lambda receiver: receiver.uids(),
    ),
    "elasticsearch": _elasticsearch(lambda load: str(load.uid)),
    "elasticsearch-latest": _elasticsearch(lambda load: str(load.identity), mode="latest"),
    "syslog": KindOfBench(
        options=_tcp,
        receiver=lambda _: TcpReceiver(),
        received=lambda receiver: [
            _syslog_uid(one) for held in receiver.connections for one in octet_counted(bytes(held))
        ],
        waits_for_answers=False,  # plain syslog has none
    ),
    "relp": KindOfBench(
        options=_tcp,
        receiver=lambda _: RelpReceiver(),
        received=lambda receiver: list(map(_syslog_uid, receiver.messages)),
    ),
    "sentinel": KindOfBench(
        options=_url(rule_id="dcr-00000000000000000000000000000001", stream="Custom-Consentry_CL"),
        receiver=lambda _: SentinelReceiver(),
        received=lambda receiver: [row["consentry_uid"] for row in receiver.rows],
    ),
    "kafka": KindOfBench(
        options=lambda _, port: {"brokers": [f"127.0.0.1:{port}"], "topic": "siem"},
        receiver=None,
        tested_in="tests/sinks/test_kafka.py",
    ),
    "alertmanager": KindOfBench(
        options=_url(),
        receiver=lambda _: AlertmanagerReceiver(),
        received=lambda receiver: [one["labels"]["group"] for one in receiver.alerts],
        expected=lambda load: str(load.key),
    ),
    "pagerduty": KindOfBench(
        options=_url("/v2/enqueue", routing_key=PagerDutyReceiver.key),
        receiver=lambda _: PagerDutyReceiver(),
        received=lambda receiver: [
            f"{one['dedup_key']} {one['event_action']}" for one in receiver.events
        ],
        expected=lambda load: f"{load.key} {'trigger' if load.state == 'firing' else 'resolve'}",
    ),
    "slack": KindOfBench(
        options=_url("/services/T0/B0/x"),
        receiver=lambda _: SlackReceiver(),
        received=lambda receiver: list(map(_slack_fields, receiver.messages)),
        expected=lambda load: _slack_fields(slack_message(load)),
    ),
    # Its library finds receivers by the scheme of a URL, and sends in a thread of its own.
    "apprise": KindOfBench(
        options=lambda _, port: {"url": f"json://127.0.0.1:{port}"},
        receiver=None,
        network=False,
        tested_in="tests/sinks/test_extras.py",
    ),
}


def kind_of(name: str) -> str:
    """The word behind `type` of a bench."""
    return name.partition("-")[0]


def _is_http(name: str) -> bool:
    receiver = BENCHES[name].receiver
    return receiver is not None and isinstance(receiver(Path()), HttpReceiver)


HERE: Final = tuple(name for name, one in BENCHES.items() if one.receiver is not None)
"""With a receiver in the test's own process."""
NETWORK: Final = tuple(name for name, one in BENCHES.items() if one.network)
"""Where nobody may be there."""
HTTP: Final = tuple(filter(_is_http, HERE))


def options(name: str, folder: Path, port: int, **changes: Any) -> SinkOptions:
    """Options that reach a port of this host. Raises AssertionError for a kind without a bench."""
    assert name in BENCHES, f"there is no bench for {name}: add it to BENCHES in {__name__}"
    own = BENCHES[name].options(folder, port)
    return KINDS[kind_of(name)].model_validate({"type": kind_of(name), **own, **changes})


def takes_alerts(name: str) -> bool:
    """Whether it takes alerts by the alert policy, and no revisions of findings."""
    return options(name, Path("/nowhere"), 1).takes == "alerts"


def loads(name: str) -> Sequence[Any]:
    """Revisions of findings and duties, or alerts."""
    return alerts() if takes_alerts(name) else updates()


@asynccontextmanager
async def bench(name: str, folder: Path, **changes: Any) -> AsyncIterator[Bench]:
    """A kind of sink with its receiver."""
    one, given = BENCHES[name], loads(name)
    assert one.receiver is not None, f"{name} is tested in {one.tested_in}"
    async with one.receiver(folder) as receiver:
        yield Bench(
            options=options(name, folder, receiver.port, **changes),
            loads=given,
            ids=list(map(one.expected, given)),
            received=lambda: one.received(receiver),
            receiver=receiver,
        )
