"""Whatever happens to receiver and deliverer, the receiver has every last state in the end."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from streams.core.findings import Finding
from streams.dev.certificates import write_certificates
from tests.delivery.output_records import faults, lives, send, uid
from tests.delivery.process import Deliveries, all_ended
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.siem_receivers import BulkReceiver, HecReceiver

PATIENT = """
retry_first_s = 0.05
retry_max_s = 0.2
circuit_retry_s = 0.2
batch_max_records = 20
"""

COMMITS_FIRST = """
from streams.delivery.sink_sender import SinkSender
from streams.sinks.contract import DELIVERED
async def takes_for_granted(self, loads, interrupt, reject):
    try:
        await self._sink.send(loads)
    except Exception:
        pass
    return [DELIVERED] * len(loads)
SinkSender.hand_over = takes_for_granted
"""
"""A deliverer that commits whatever the receiver says."""


def hook(standing: Standing[WebhookReceiver], name: str = "hook") -> str:
    return f'[sinks.{name}]\ntype = "webhook"\nurl = "{standing.receiver.url}/hook"\n{PATIENT}'


def ids(standing: Standing[WebhookReceiver]) -> list[str]:
    """The ids that a webhook took, in order."""
    return [headers["webhook-id"] for headers, _ in standing.receiver.got]


def in_the_end(
    standing: Standing[WebhookReceiver], published: Sequence[Finding], worker: WorkerProcess
) -> None:
    """Wait until nothing is missing, then look at everything."""
    wanted = {uid(one) for one in published}
    until(lambda: wanted <= set(ids(standing)) or None, "all have arrived", worker=worker)
    assert faults(ids(standing), published) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_receiver_and_deliverer_are_struck_at_random(bus: Bus, tmp_path: Path, seed: int) -> None:
    rnd = random.Random(seed)
    published = lives(150, seed)
    with Standing(WebhookReceiver()) as standing:
        deliveries = Deliveries(bus, tmp_path, hook(standing), CONSENTRY_SINK_HOOK_SECRET=SECRET)
        process = deliveries.ready()
        try:
            for start in range(0, len(published), 40):
                send(bus, published[start : start + 40])
                strike = rnd.choice(["kill", "gone", "hang", "429", "503", "500"])
                match strike:
                    case "kill":
                        process.kill()
                        process = deliveries.start()
                    case "gone":
                        standing.gone()
                        time.sleep(rnd.random())
                        standing.back()
                    case "hang":
                        # Longer than nothing, shorter than the sink's patience.
                        standing.receiver.fault = "hang"
                        time.sleep(rnd.random())
                        standing.gone()
                        standing.receiver.fault = None
                        standing.back()
                    case status:
                        standing.receiver.fault_headers = {"Retry-After": "0"}
                        standing.receiver.fault = int(status)
                        time.sleep(rnd.random())
                        standing.receiver.fault = None
            process.kill()
            process = deliveries.start()
            in_the_end(standing, published, process)
            code, _ = process.stop()
            assert code == 0
            counts = process.logged("sink.counts")[-1]
            assert all_ended(counts), counts
        finally:
            process.kill()


def test_a_deliverer_that_commits_before_the_receiver_took_it_is_caught(
    bus: Bus, tmp_path: Path
) -> None:
    published = lives(30, 3)
    with Standing(WebhookReceiver()) as standing:
        deliveries = Deliveries(bus, tmp_path, hook(standing), CONSENTRY_SINK_HOOK_SECRET=SECRET)
        with deliveries.ready(fault=COMMITS_FIRST) as careless:
            standing.receiver.fault = 503
            send(bus, published)
            until(lambda: len(standing.receiver.requests) > 0 or None, "it was tried")
            careless.stop()
        standing.receiver.fault = None
        with deliveries.ready() as process:
            more = lives(1, 4, first=1000)
            send(bus, more)
            until(lambda: uid(more[-1]) in ids(standing) or None, "the last", worker=process)
        assert any(one.startswith("lost") for one in faults(ids(standing), [*published, *more]))


def test_a_dead_sink_delays_no_other(bus: Bus, tmp_path: Path) -> None:
    published = lives(60, 5)
    with Standing(WebhookReceiver()) as alive, Standing(WebhookReceiver()) as dead:
        dead.receiver.fault = "hang"
        toml = hook(alive, "alive") + hook(dead, "dead")
        deliveries = Deliveries(
            bus,
            tmp_path,
            toml,
            CONSENTRY_SINK_ALIVE_SECRET=SECRET,
            CONSENTRY_SINK_DEAD_SECRET=SECRET,
        )
        with deliveries.ready() as process:
            send(bus, published)
            in_the_end(alive, published, process)
            assert ids(dead) == []
            dead.gone()
            dead.receiver.fault = None
            dead.back()
            in_the_end(dead, published, process)


def documents(receiver: BulkReceiver) -> set[str]:
    """The ids of what Elasticsearch holds."""
    return {name for _, name in receiver.documents}


def test_half_of_a_bulk_is_refused_for_now_and_for_good(bus: Bus, tmp_path: Path) -> None:
    published = lives(40, 6)
    refused, busy = published[3].violation_id, published[7].violation_id
    with Standing(BulkReceiver()) as standing:
        receiver = standing.receiver
        receiver.refuse = {
            refused: (400, "document_parsing_exception"),
            busy: (429, "es_rejected_execution_exception"),
        }
        toml = f'[sinks.elastic]\ntype = "elasticsearch"\nurl = "{receiver.url}"\n{PATIENT}'
        deliveries = Deliveries(bus, tmp_path, toml)
        with deliveries.ready() as process:
            send(bus, published)
            process.wait_for("sink.down")
            receiver.refuse = {refused: (400, "document_parsing_exception")}
            wanted = {uid(one) for one in published if one.violation_id != refused}
            until(lambda: wanted <= documents(receiver) or None, "all others", worker=process)
            for_good = {uid(one) for one in published if one.violation_id == refused}
            until(
                lambda: len(bus.read(bus.names.delivery_dead_letters)) >= len(for_good) or None,
                "the dead letters",
                worker=process,
            )
            assert not for_good & documents(receiver)
            letters = bus.read(bus.names.delivery_dead_letters)
            assert {record.key.decode() for record in letters} == {refused}
            headers = dict(letters[0].headers)
            assert headers["__connect.errors.connector.name"] == b"elastic"
            assert headers["__connect.errors.topic"] == bus.names.violations.encode()
            assert b"400" in headers["__connect.errors.exception.message"]
            assert {record.value for record in letters} <= {
                record.value for record in bus.read(bus.names.violations)
            }
            process.stop()
            counts = process.logged("sink.counts")[-1]
            assert (counts["dead_lettered"], counts["pending"]) == (len(for_good), 0)


def test_an_untrusted_certificate_is_reported_and_nothing_is_lost(bus: Bus, tmp_path: Path) -> None:
    published = lives(20, 9)
    ca, server = tmp_path / "ca", tmp_path / "server"
    write_certificates(ca, server)
    receiver = WebhookReceiver()
    receiver.ssl = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    receiver.ssl.load_cert_chain(server)
    with Standing(receiver) as standing:
        deliveries = Deliveries(bus, tmp_path, hook(standing), CONSENTRY_SINK_HOOK_SECRET=SECRET)
        with deliveries.ready() as process:
            send(bus, published)
            said = process.wait_for("sink.circuit_open")
            assert "not trusted" in said["problem"]
            assert process.logged("sink.down")[0]["lasting"]
            assert process.stop()[0] == 0
        assert receiver.got == []
        trusting = hook(standing) + f'ca_file = "{ca}"\n'
        deliveries = Deliveries(bus, tmp_path, trusting, CONSENTRY_SINK_HOOK_SECRET=SECRET)
        with deliveries.ready() as process:
            in_the_end(standing, published, process)


def test_splunk_has_each_revision_once_when_nobody_dies(bus: Bus, tmp_path: Path) -> None:
    published = lives(50, 7)
    with Standing(HecReceiver()) as standing:
        receiver = standing.receiver
        toml = f'[sinks.splunk]\ntype = "splunk_hec"\nurl = "{receiver.url}"\n{PATIENT}'
        deliveries = Deliveries(bus, tmp_path, toml, CONSENTRY_SINK_SPLUNK_TOKEN=receiver.token)
        with deliveries.ready() as process:
            send(bus, published)
            wanted = sorted(uid(one) for one in published)
            until(lambda: len(receiver.events) >= len(published) or None, "all", worker=process)
            assert sorted(receiver.uids()) == wanted
            assert faults(receiver.uids(), published) == []


def test_two_deliverers_share_and_hand_over(bus: Bus, tmp_path: Path) -> None:
    published = lives(120, 8)
    with Standing(WebhookReceiver()) as standing:
        deliveries = Deliveries(bus, tmp_path, hook(standing), CONSENTRY_SINK_HOOK_SECRET=SECRET)
        with deliveries.ready(instance_id=None) as first:
            send(bus, published[:80])
            with deliveries.ready(instance_id=None) as second:
                send(bus, published[80:160])
                first.kill()
                send(bus, published[160:])
                in_the_end(standing, published, second)
