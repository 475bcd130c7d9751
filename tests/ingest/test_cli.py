"""`consentry ingest`: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.ingest.service.last_records import TopicRecord

Capture = pytest.CaptureFixture[str]


def receipt(action: str, purpose: str = "8c2f0c5e-0001", **more: Any) -> dict[str, Any]:
    return {
        "identifier": "anna.bakker@example.nl", "identifierType": "Email", "test": False,
        "interactionDate": "2026-09-01T10:00:00Z", "receiptId": "r-1",
        "purposes": [{"Id": purpose, "Version": 3, "TransactionType": action}],
    } | more  # fmt: skip


def file(tmp_path: Path, *records: Any, name: str = "records.jsonl") -> str:
    path = tmp_path / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


OURS = ("--controller", "OURCO")


def test_try_shows_what_becomes_of_each_record(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, receipt("CONFIRMED"), receipt("PENDING"))
    assert main(["ingest", "try", "onetrust", names, *OURS]) == 0
    said = capsys.readouterr()
    assert "action=GRANTED" in said.out
    assert "ignored   item 0: awaiting confirmation" in said.out
    assert "2 records: 1 events, 1 ignored, 0 rejected" in said.out
    assert "give --key-file" in said.err
    assert "anna" not in said.out + said.err


def test_try_reveals_on_request_only(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, receipt("CONFIRMED"))
    assert main(["ingest", "try", "onetrust", names, *OURS, "--reveal"]) == 0
    assert "anna.bakker@example.nl" in capsys.readouterr().out


def test_something_rejected_is_exit_code_1(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, receipt("CONFIRMED", "unknown"), receipt("CONFIRMED"))
    assert main(["ingest", "try", "onetrust", names, *OURS, "--json"]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["rejected"] == "the table purposes has no row for the value at item.Id"
    assert (first["line"], first["item"]) == (1, "0")
    assert second["event"]["action"] == "GRANTED"


def test_try_judges_what_would_follow(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, receipt("CONFIRMED"))
    assert main(["ingest", "try", "onetrust", names, *OURS, "--judge"]) == 0
    assert "1 records read, 0 of them rejected" in " ".join(capsys.readouterr().out.split())


def test_a_key_and_an_identity_table(tmp_path: Path, capsys: Capture) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    people = tmp_path / "people.csv"
    names = file(tmp_path, receipt("OPT_OUT"))
    assert main(["ingest", "try", "onetrust", names, *OURS, "--key-file", str(key), "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    own = json.loads(said.out)["event"]["subject_id"]
    people.write_text(f"customer-id,email\np1-canonical,{own}\n")
    assert main(["ingest", "try", "onetrust", names, *OURS, "--key-file", str(key), "--json",
                 "--identities", str(people)]) == 0  # fmt: skip
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"]["subject_id"] for line in lines] == [own, "p1-canonical"]


def test_records_as_kcat_prints_them(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = {"topic": "t", "headers": ["a", "1"], "payload": json.dumps(receipt("OPT_OUT"))}
    content = json.dumps(printed).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["ingest", "try", "onetrust", "-", *OURS, "--kcat"]) == 0
    assert "action=WITHDRAWN" in capsys.readouterr().out
    other = file(tmp_path, receipt("OPT_OUT"))
    assert main(["ingest", "try", "onetrust", other, *OURS, "--kcat"]) == 2
    assert f"{other}:1 is no record as kcat -J prints it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["try", "none", "FILE", *OURS],
        ["try", "onetrust", "missing.jsonl", *OURS],
        ["try", "onetrust", "FILE"],
        ["try", "onetrust", "EMPTY", *OURS],
        ["check", "none"],
        ["check", "onetrust", "--schema", "missing.avsc"],
        ["check", "onetrust", "--schema", "EMPTY"],
        ["check", "onetrust", "--schema", "FILE"],
        ["test", "none"],
        ["coverage", "none", "FILE"],
        ["coverage", "onetrust", "EMPTY"],
        ["try", "onetrust", "DEEP", "--kcat", *OURS],
        ["guess", "EMPTY"],
        ["copy", "none", "x"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_is_exit_code_2(
    tmp_path: Path, capsys: Capture, arguments: list[str]
) -> None:
    (tmp_path / "empty").write_text("")
    (tmp_path / "deep").write_text('{"payload": ' + "[" * 100_000)
    names = {"FILE": file(tmp_path, {"a": 1}), "EMPTY": str(tmp_path / "empty"),
             "DEEP": str(tmp_path / "deep")}  # fmt: skip
    assert main(["ingest", *(names.get(one, one) for one in arguments)]) == 2
    said = capsys.readouterr().err
    assert said.count("error: ") == 1
    assert "Traceback" not in said


def test_golden_pairs(tmp_path: Path, capsys: Capture) -> None:
    assert main(["ingest", "test", "onetrust"]) == 0
    assert "pairs hold" in capsys.readouterr().out
    assert main(["ingest", "copy", "onetrust", str(tmp_path / "mine")]) == 0
    golden = tmp_path / "mine" / "golden.jsonl"
    golden.write_text(golden.read_text().replace("awaiting confirmation", "confirmed"))
    capsys.readouterr()
    assert main(["ingest", "test", str(tmp_path / "mine")]) == 1
    said = capsys.readouterr().out
    assert 'ignored is "awaiting confirmation" and not "confirmed"' in said
    assert main(["ingest", "test", str(tmp_path / "mine"), "--json"]) == 1
    pairs = json.loads(capsys.readouterr().out)["pairs"]
    assert sum(bool(pair["differences"]) for pair in pairs) == 2


def test_a_schema_that_lacks_something(tmp_path: Path, capsys: Capture) -> None:
    assert main(["ingest", "check", "onetrust"]) == 0
    assert "onetrust is sound" in capsys.readouterr().out
    schema = tmp_path / "receipt.json"
    schema.write_text('{"$schema": "x", "properties": {"test": {}}}')
    assert main(["ingest", "check", "onetrust", "--schema", str(schema)]) == 1
    assert "event purpose reads top.purposes, which the schema" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("[" * 100_000, "is no JSON"),
        ('{"type": "record", "name": "a", "fields": [{"name": "test"}]}', "is no sound schema"),
        ('[{"type": "map"}]', "is no sound schema"),
        ('{"anyOf": 5}', "is no sound schema"),
        ('{"type": ["object", "null"]}', "is no schema that is known here"),
    ],
)
def test_a_schema_that_is_none(schema: str, words: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(schema)
    assert main(["ingest", "check", "onetrust", "--schema", str(path)]) == 2
    assert f"{path} {words}" in capsys.readouterr().err


def test_a_schema_of_an_object_or_null_is_read(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "receipt.json"
    path.write_text('{"type": ["object", "null"], "properties": {"test": {}}}')
    assert main(["ingest", "check", "onetrust", "--schema", str(path)]) == 1
    assert "event purpose reads top.purposes, which the schema" in capsys.readouterr().out


def test_coverage(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, receipt("CONFIRMED"), receipt("NEW_WORD"))
    assert main(["ingest", "coverage", "onetrust", names]) == 1
    said = capsys.readouterr().out
    assert "1 without a word at purpose: item.TransactionType: NEW_WORD" in said
    assert "50.0% decided by the map" in said
    known = file(tmp_path, receipt("CONFIRMED"))
    assert main(["ingest", "coverage", "onetrust", known, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ratio"] == 1


def test_coverage_says_why_a_record_cannot_be_decoded(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = TopicRecord(0, 7, 0, b"{", b"{", {}, fault="the record is larger than it may be")
    monkeypatch.setattr("streams.ingest.service.last_records.last_records", lambda *_: [cut])
    assert main(["ingest", "coverage", "onetrust", "--topic", "crm"]) == 0
    assert "1 rejected: the record is larger than it may be" in capsys.readouterr().out


def test_a_guessed_map_can_be_checked(tmp_path: Path, capsys: Capture) -> None:
    names = file(tmp_path, *[receipt(word) for word in ("CONFIRMED", "NOTGIVEN", "X")])
    folder = tmp_path / "new"
    assert main(["ingest", "guess", names, "--output", str(folder), "--name", "crm"]) == 0
    assert "things to decide" in capsys.readouterr().out
    assert main(["ingest", "check", str(folder)]) == 0
    assert main(["ingest", "guess", names, "--output", str(folder)]) == 2
    assert main(["ingest", "guess", names]) == 0
    assert "DECIDE" in capsys.readouterr().out


def test_the_list_of_connectors(capsys: Capture) -> None:
    assert main(["ingest", "connectors"]) == 0
    assert "OneTrust consent receipts" in capsys.readouterr().out
