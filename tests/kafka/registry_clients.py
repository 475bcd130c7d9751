"""What goes over a schema registry: records of every kind of schema, and what cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.vocabulary import EventType
from streams.wire.encode import event_record, event_to_avro
from streams.wire.schemas import schemas
from tests.kafka.harness import ROOT, Bus, Sent, WorkerProcess
from tests.kafka.stories import story
from tests.registry.fake import framed
from tests.registry.test_protobuf import body as protobuf_body
from tests.registry.test_reading import avro_body

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
