"""`consentry ingest check` against the latest schemas of a registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.delivery.standing import Standing
from tests.ingest.maps import HEAD, PLAIN
from tests.registry.fake import FakeRegistry

Capture = pytest.CaptureFixture[str]

NESTED = HEAD + PLAIN.replace("top.email", "top.person.email")
PERSON = {"type": "record", "name": "Person", "fields": [{"name": "email", "type": "string"}]}
PROTO = """
syntax = "proto3";
enum Answer {{ UNKNOWN = 0; yes = 1; {more} }}
message Change {{
  string id = 1;
  Person person = 2;
  optional string at = 3;
  Answer answer = 4;
  repeated Person others = 5;
  map<string, Person> by_name = 6;
}}
message Person {{ string {email} = 1; }}
"""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    with Standing(FakeRegistry()) as standing:
        monkeypatch.setenv("CONSENTRY_REGISTRY_URL", standing.receiver.url)
        yield standing.receiver


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(NESTED)
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "consentry.toml").write_text(
        '[ingest]\nkey_file = "key"\n[ingest.sources.crm]\ntopics = ["crm"]\nmap = "."\n'
        'framing = "registry"\n'
    )
    return tmp_path


def avro(*fields: str, person: str = "Person") -> str:
    own = [{"name": name, "type": "string"} for name in fields]
    own.append({"name": "person", "type": person})
    return json.dumps({"type": "record", "name": "Change", "fields": own})


def test_avro_with_a_type_of_another_subject(
    registry: FakeRegistry, folder: Path, capsys: Capture
) -> None:
    registry.add(json.dumps(PERSON), subject="person")
    parts = [{"name": "Person", "subject": "person", "version": 1}]
    registry.add(avro("id", "at", "answer"), references=parts, subject="crm-value")
    assert main(["ingest", "check", str(folder), "--subject", "crm-value"]) == 0
    assert "crm-value has all that the map tool reads" in capsys.readouterr().out
    registry.add(avro("id", "answer"), references=parts, subject="crm-value")
    assert main(["ingest", "check", str(folder), "--subject", "crm-value"]) == 1
    assert "reads top.at, which the schema does not have" in capsys.readouterr().out


def test_the_sources_of_a_settings_file(
    registry: FakeRegistry, folder: Path, capsys: Capture
) -> None:
    person = {"type": "object", "properties": {"email": {}}}
    properties = {"id": {}, "at": {}, "answer": {}, "person": person}
    text = json.dumps({"$schema": "x", "properties": properties})
    registry.add(text, "JSON", subject="crm-value")
    config = str(folder / "consentry.toml")
    assert main(["ingest", "check", "--config", config]) == 0
    said = capsys.readouterr()
    assert "crm-value has all that the map tool reads" in said.out
    assert not said.err
    whole = (folder / "consentry.toml").read_text()
    (folder / "consentry.toml").write_text(f'{whole}topics_matching = "crm.*"\n')
    assert main(["ingest", "check", "--config", config]) == 0
    assert (
        "crm: topics that only /crm.*/ names are compared with no schema" in capsys.readouterr().err
    )
    (folder / "consentry.toml").write_text(whole)
    (folder / "map.toml").write_text(NESTED.replace("top.at", "top.when"))
    assert main(["ingest", "check", "--config", config]) == 1
    assert "reads top.when, which the schema does not have" in capsys.readouterr().out
    (folder / "map.toml").write_text(NESTED.replace('controller_id = "OURCO"', ""))
    assert main(["ingest", "check", "--config", config]) == 2
    assert "controller_id" in capsys.readouterr().err


def test_protobuf(registry: FakeRegistry, folder: Path, capsys: Capture) -> None:
    pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")
    good = PROTO.format(email="email", more="no = 2;")
    registry.add(good, "PROTOBUF", subject="crm-value")
    assert main(["ingest", "check", str(folder), "--subject", "crm-value"]) == 1
    assert "has no word for UNKNOWN" in capsys.readouterr().out
    registry.add(PROTO.format(email="mail", more="no = 2;"), "PROTOBUF", subject="crm-value")
    assert main(["ingest", "check", str(folder), "--subject", "crm-value"]) == 1
    assert "reads top.person.email, which the schema does not have" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("AVRO", "{", "it is no JSON"),
        ("PROTOBUF", "no proto", "protoc does not compile it"),
        ("XML", "<a/>", "its kind, XML, is not known here"),
    ],
)
def test_schemas_that_are_none(
    registry: FakeRegistry, folder: Path, capsys: Capture, kind: str, text: str, words: str
) -> None:
    registry.add(text, kind, subject="crm-value")
    assert main(["ingest", "check", str(folder), "--subject", "crm-value"]) == 2
    assert words in capsys.readouterr().err


def test_a_subject_that_is_not_there(
    registry: FakeRegistry, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["ingest", "check", str(folder), "--subject", "none"]) == 2
    assert "has no subject none" in capsys.readouterr().err
    monkeypatch.delenv("CONSENTRY_REGISTRY_URL")
    assert main(["ingest", "check", str(folder), "--subject", "none"]) == 2
    assert "registry_url is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--subject", "a"], ["MAP", "--subject", "a", "--schema", "b"]]
)
def test_what_cannot_be_asked(folder: Path, arguments: list[str]) -> None:
    named = [str(folder) if one == "MAP" else one for one in arguments]
    assert main(["ingest", "check", *named]) == 2
