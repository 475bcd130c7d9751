"""Producers and readers behind a real schema registry, on a real Kafka.

One worker, one registry: records of Avro, JSON Schema and Protobuf in, findings in registry
Avro out, read back by clients in Java and JavaScript and by every command of Consentry.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from streams.core.events import ConsentChange
from streams.core.findings import Finding
from streams.core.identifiers import subject_key
from streams.wire.encode import event_to_avro
from streams.wire.schemas import DUTY, FINDING
from tests.clients.registry.apicurio import apicurio
from tests.clients.registry.readers import java_reads, node_reads
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import ROOT, Bus, until
from tests.kafka.registry_clients import SINK, UNKNOWN, Behind, register, run, send_all, sent
from tests.kafka.stories import expected, story
from tests.kafka.test_worker import now
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import own_schema

pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def behind(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("registry")
    name = f"registry-{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        url = stack.enter_context(apicurio())
        bus = stack.enter_context(
            Bus(kafka, name, registry_url=url, output_format="avro-registry", tick_interval_s=0.3)
        )
        refused = stack.enter_context(bus.start("w0"))
        refused.ended()
        for schema, topic in ((FINDING, bus.names.violations), (DUTY, bus.names.duties)):
            register(url, f"{topic}-value", own_schema(schema))
        worker = stack.enter_context(bus.worker())
        events = send_all(bus, url, folder)
        bus.settle(worker)
        wanted = expected(events, now())
        until(lambda: wanted <= bus.net() or None, "all findings", worker=worker)
        yield Behind(bus, url, folder, events, refused, worker, bus.findings())


def test_a_worker_does_not_start_without_the_schemas_of_its_outputs(behind: Behind) -> None:
    assert behind.refused.process.returncode == 2
    assert f"no subject {behind.bus.names.violations}-value" in behind.refused.text
    assert "registry_auto_register" in behind.refused.text


def test_every_kind_of_schema_is_judged(behind: Behind) -> None:
    assert expected(behind.events, now()) <= behind.bus.net()
    counters = behind.bus.counters()
    assert counters.balanced
    assert counters.dead_lettered == 2


def test_what_cannot_be_read_is_a_dead_letter_with_id_and_field(behind: Behind) -> None:
    reasons = sorted(one.letter.reason for one in behind.bus.dead_letters())
    assert len(reasons) == 2
    assert "subject_id is missing" in reasons[0]
    assert "schema id" in reasons[0]
    assert f"no schema with the id {UNKNOWN}" in reasons[1]


def test_findings_are_in_the_framing_of_the_registry(behind: Behind) -> None:
    values = [record.value for record in behind.bus.read(behind.bus.names.violations)]
    assert values
    assert {value[0] for value in values} == {0}


def test_java_reads_the_findings(behind: Behind) -> None:
    found = java_reads(
        behind.bus.settings.connection.bootstrap, behind.url, behind.bus.names.violations
    )
    assert sorted(found) == sorted(as_read(behind.findings))


def test_node_reads_the_findings(behind: Behind) -> None:
    found = node_reads(
        behind.bus.settings.connection.bootstrap,
        behind.url,
        behind.bus.names.violations,
        len(behind.findings),
    )
    assert sorted(found) == sorted(as_read(behind.findings))


def as_read(findings: list[Finding]) -> list[tuple[str, str, int, str]]:
    return [(one.violation_id, one.violation_id, one.revision, one.code) for one in findings]


def test_verify_reads_all_and_finds_no_difference(behind: Behind) -> None:
    done = run(behind, "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_explain_finds_a_finding_on_the_topic(behind: Behind) -> None:
    done = run(behind, "explain", behind.findings[0].violation_id, "--json")
    assert done.returncode == 0, done.stderr


def test_watch_shows_all_findings(behind: Behind) -> None:
    log = behind.folder / "watched.jsonl"
    command = [sys.executable, "-m", "streams.cli.main", "watch", "--from-beginning", "--json"]
    with log.open("wb") as file:
        watching = subprocess.Popen(
            command, cwd=ROOT, env=behind.bus.environment(), stdout=file, stderr=file
        )
    try:
        ids = {one.violation_id for one in behind.findings}
        until(lambda: all(one in log.read_text() for one in ids) or None, "all are shown")
    finally:
        watching.terminate()
        watching.wait(10)


def test_the_deliverer_delivers_them(behind: Behind) -> None:
    deliveries = Deliveries(behind.bus, behind.folder, SINK.format(folder=behind.folder))
    with deliveries.ready("--from", "earliest") as deliverer:
        file = behind.folder / "findings.jsonl"
        ids = {violation_id for _, _, violation_id in behind.bus.net()}

        def there() -> bool | None:
            text = file.read_text() if file.exists() else ""
            return all(one in text for one in ids) or None

        until(there, "all are delivered", worker=deliverer)


def test_an_outage_waits_and_loses_nothing(kafka: str, unique: str) -> None:
    """A registry that goes away while records of a schema that nobody has read yet come in."""
    [early, *_] = events = story(0)
    with ExitStack() as stack:
        standing = stack.enter_context(Standing(FakeRegistry()))
        fake = standing.receiver
        number = fake.add(own_schema("data_share"))
        bus = stack.enter_context(
            Bus(kafka, unique, registry_url=fake.url, output_format="cloudevents")
        )
        worker = stack.enter_context(bus.worker())
        standing.gone()
        rest = [bus.event(event) for event in events[1:] if isinstance(event, ConsentChange)]
        shares = [event for event in events if not isinstance(event, ConsentChange)]
        bus.send(
            *rest, *(sent(bus, one, framed(number, event_to_avro(one)[10:])) for one in shares)
        )
        line = worker.wait_for("registry.away", 2)
        assert line["url"] == fake.url
        assert line["wanted"] == [number]
        assert not bus.dead_letters()
        standing.back()
        bus.settle(worker)
        wanted = expected(events, now())
        until(lambda: wanted <= bus.net() or None, "all findings", worker=worker)
        assert worker.logged("registry.answers")
        assert not bus.dead_letters()
        for record in bus.read(bus.names.violations):
            assert json.loads(record.value)["specversion"] == "1.0"
        assert subject_key(early.controller_id, early.subject_id)
        assert worker.stop()[0] == 0
