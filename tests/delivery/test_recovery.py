"""A close that a receiver refused arrives after it was put right, by what the runbook says."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import msgspec

from streams.core.findings import Finding
from streams.core.identifiers import ViolationId
from streams.core.instants import Instant, days
from streams.core.vocabulary import Status
from tests.delivery.output_records import lives, send, uid
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, until
from tests.kafka.test_worker import now
from tests.siem.lives import finding_life
from tests.sinks.real import free_port
from tests.sinks.siem_receivers import BulkReceiver

OPENED, REVISED, RETRACTED = finding_life()[:3]
LONG_AGO, OF_LATE = now() - days(200), now() - days(2)


def closed(number: int, at: int) -> list[Finding]:
    """One life to its retraction at an instant."""
    name = ViolationId(f"{number:08x}-0000-5000-8000-000000000000")
    return [
        msgspec.structs.replace(one, violation_id=name, detected_at=Instant(at))
        for one in (OPENED, REVISED, RETRACTED)
    ]


def test_a_receiver_that_refuses_everything_gets_everything_once_it_is_put_right(
    bus: Bus, tmp_path: Path
) -> None:
    """The case: ten thousand dead letters within seconds, and a deliverer that says it is ready."""
    published = lives(60, 1)
    send(bus, published)
    port = free_port()
    with Standing(BulkReceiver()) as elastic:
        toml = (
            f'[sinks.siem]\ntype = "elasticsearch"\nurl = "{elastic.receiver.url}"\n'
            "circuit_retry_s = 0.3\n"
        )
        deliveries = Deliveries(bus, tmp_path, toml, CONSENTRY_HEALTH_PORT=str(port))
        elastic.receiver.refuse = {"consentry": (400, "mapper_parsing_exception")}
        with deliveries.ready("--from", "earliest") as process:
            refused = process.wait_for("sink.refused")
            assert "400 Bad Request: mapper_parsing_exception" in refused["problem"]
            status, report = asked(port)
            assert status == 503
            assert report["sinks"]["siem"]["state"] == "halted"
            assert "it refuses" in report["sinks"]["siem"]["problem"]
            elastic.receiver.refuse = {}
            wanted = {uid(one) for one in published}
            until(
                lambda: wanted <= {name for _, name in elastic.receiver.documents} or None,
                "all of it",
                worker=process,
            )
            until(lambda: asked(port)[0] == 200 or None, "ready again", worker=process)
            assert process.stop()[0] == 0
            assert process.logged("sink.counts")[-1]["dead_lettered"] == 0
        assert bus.read(bus.names.delivery_dead_letters) == []


def asked(port: int) -> tuple[int, dict[str, Any]]:
    """What `/ready` says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_close_that_was_refused_arrives_by_a_replay_and_by_beginning_again(
    bus: Bus, tmp_path: Path
) -> None:
    late = [closed(number, OF_LATE) for number in range(3)]
    old = closed(9, LONG_AGO)
    refused = {uid(life[-1]) for life in late}
    assert RETRACTED.status is Status.RETRACTED
    with Standing(BulkReceiver()) as elastic:
        toml = f'[sinks.siem]\ntype = "elasticsearch"\nurl = "{elastic.receiver.url}"\n'
        deliveries = Deliveries(bus, tmp_path, toml)

        def there() -> set[str]:
            return {name for _, name in elastic.receiver.documents}

        def letters(*words: str) -> tuple[int, dict[str, object]]:
            done = bus.command(
                "delivery-dead-letters", *words, "--json", "--config", str(deliveries.config)
            )
            assert done.stderr == ""
            return done.returncode, json.loads(done.stdout)

        elastic.receiver.refuse = {"RETRACTED": (400, "mapper_parsing_exception")}
        with deliveries.ready("--from", "earliest") as process:
            send(bus, [*(one for life in late for one in life), *old[:2]])
            until(lambda: len(bus.read(bus.names.delivery_dead_letters)) == 3 or None, "kept")
            until(lambda: len(there()) == 8 or None, "the others are there", worker=process)
            elastic.receiver.refuse = {}
            send(bus, old[2:])
            until(lambda: len(there()) == 9 or None, "the old one", worker=process)
            assert process.stop()[0] == 0
        _, listed = letters("list")
        assert listed["counts"] == [
            {
                "kept_in": "delivery-dead-letters",
                "code": "siem",
                "reason": "400 Bad Request: mapper_parsing_exception",
                "topic": bus.names.violations,
                "count": 3,
            }
        ]
        # By the letters.
        assert letters("replay", "--sink", "siem")[0] == 0
        assert refused <= there()
        again = letters("replay", "--sink", "siem")[1]
        assert (again["sinks"], again["before"]) == ({}, 3)
        # By beginning again, with a receiver that has lost all: closes of late come too.
        elastic.receiver.documents.clear()
        with deliveries.ready("--from", "state", "--again", "--closed-days", "100") as process:
            until(lambda: refused <= there() or None, "closes", worker=process)
            assert process.stop()[0] == 0
        assert there() == refused
