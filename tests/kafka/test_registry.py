"""Producers and readers behind a real schema registry, on a real Kafka.

One worker, one registry: records of Avro, JSON Schema and Protobuf in, findings in registry
Avro out, read back by clients in Java and JavaScript and by every command of Consentry.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streams.core.events import ConsentChange, Event
from streams.core.findings import Finding
from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.wire.encode import event_record, event_to_avro
from streams.wire.schemas import DUTY, FINDING, schemas
from tests.clients.registry.apicurio import apicurio
from tests.clients.registry.readers import java_reads, node_reads
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import ROOT, Bus, Sent, WorkerProcess, until
from tests.kafka.stories import expected, story
from tests.kafka.test_worker import now
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_protobuf import body as protobuf_body
from tests.registry.test_reading import avro_body, own_schema

pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")
pytestmark = pytest.mark.timeout(300)

UNKNOWN = 1_000_000
JSON_SCHEMA = '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}'
SINK = '[sinks.kept]\ntype = "file"\npath = "{folder}/findings.jsonl"\n'


@dataclass
class Behind:
    """A bus behind a registry, after all was judged."""

    bus: Bus
    url: str
    folder: Path
    events: list[Event]
    refused: WorkerProcess
    worker: WorkerProcess
    findings: list[Finding]


def register(url: str, subject: str, text: str, kind: str = "AVRO", **more: Any) -> int:
    """Register a schema as a producer's build does; its id."""
    content = json.dumps({"schema": text, "schemaType": kind, **more}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own
        f"{url}/subjects/{subject}/versions",
        data=content,
        headers={"Content-Type": "application/vnd.schemaregistry.v1+json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return int(json.load(answer)["id"])


def fields(event: Event) -> dict[str, Any]:
    found = event_record(event)
    del found["event_type"]
    return found


def avro_of(record: dict[str, Any]) -> dict[str, Any]:
    """A producer's own Avro schema for such records, instants as texts, one type apart."""
    lists = {"type": "array", "items": "string"}
    kinds = [
        {"name": name, "type": "boolean" if isinstance(one, bool) else lists
         if isinstance(one, list) else "string"}
        for name, one in record.items()
    ]  # fmt: skip
    return {"type": "record", "name": "Row", "namespace": "com.example", "fields": kinds}


def proto_of(record: dict[str, Any]) -> str:
    lines = []
    for number, (name, one) in enumerate(record.items(), 1):
        kind = "optional bool" if isinstance(one, bool) else "string"
        lines.append(f"{'repeated string' if isinstance(one, list) else kind} {name} = {number};")
    return f'syntax = "proto3"; message Row {{ {" ".join(lines)} }}'


def sent(bus: Bus, event: Event, value: bytes) -> Sent:
    return bus.event(event, value=value)


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


def send_all(bus: Bus, url: str, folder: Path) -> list[Event]:
    """A story in every kind of schema, and records that cannot be read."""
    own, json_schema, avro, proto, plain = (story(number) for number in range(5))
    ids = {
        EventType(str(event.__struct_config__.tag)): register(
            url, f"{name}-value", json.dumps(schemas().current[name].source)
        )
        for name, event in (("consent_change", own[1]), ("data_share", own[0]))
    }
    out: list[Sent] = []
    for event in own:
        schema_id = ids[EventType(str(event.__struct_config__.tag))]
        out.append(sent(bus, event, framed(schema_id, event_to_avro(event)[10:])))
    number = register(url, "any-value", JSON_SCHEMA, "JSON")
    out += [
        sent(bus, event, framed(number, json.dumps(fields(event)).encode()))
        for event in json_schema
    ]
    for place, event in enumerate(avro):
        schema = avro_of(fields(event))
        number = register(url, f"row-{place}-value", json.dumps(schema))
        out.append(sent(bus, event, framed(number, avro_body(schema, fields(event)))))
    for place, event in enumerate(proto):
        text = proto_of(fields(event))
        number = register(url, f"proto-{place}-value", text, "PROTOBUF")
        parts = folder / f"proto-{place}"
        parts.mkdir()
        body = protobuf_body(text, "Row", parts, fields(event), b"\0")
        out.append(sent(bus, event, framed(number, body)))
    out += bus.events(plain)
    lost = story(9)[0]
    schema = avro_of(fields(lost))
    del schema["fields"][2]  # subject_id
    unfit = register(url, "unfit-value", json.dumps(schema))
    out += [
        sent(bus, lost, framed(UNKNOWN, event_to_avro(lost)[10:])),
        sent(bus, lost, framed(unfit, avro_body(schema, fields(lost)))),
    ]
    bus.send(*out)
    return [*own, *json_schema, *avro, *proto, *plain]


def run(behind: Behind, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli.main", *words]
    environment = behind.bus.environment()
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


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
