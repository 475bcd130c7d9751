"""Reading inputs: whatever is damaged is reported by file and line, the rest is read."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro
import pytest

from streams.errors import ConsentryError
from streams.files import json_text
from streams.files.find import find_inputs
from streams.files.read import Damaged, Found, Line, Unread, read_events, size_of
from streams.wire.decode import Decoded, decode
from streams.wire.schemas import INPUTS, schemas
from tests.check.events import AT, grant, lines, share


def read_file(path: Path) -> list[Found]:
    return list(read_events([str(path)]))


def ids(records: list[Found]) -> list[str]:
    return [json.loads(r.value)["event_id"] for r in records if isinstance(r, Line)]


def test_lines_keep_their_numbers_and_blank_ones_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + lines(share("a")) + b"\n  \r\n" + lines(share("b")))
    found = read_file(file)
    assert [(r.file, r.number) for r in found] == [(str(file), 1), (str(file), 4)]
    assert ids(found) == ["a", "b"]


def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(gzip.compress(lines(share("a"), share("b"))))
    assert ids(read_file(file)) == ["a", "b"]


def test_gzip_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    file = tmp_path / "a.gz"
    content = b"".join(lines(share(f"e{n}", trace_id=f"{n * 7919}")) for n in range(5000))
    file.write_bytes(gzip.compress(content)[:-2000])
    *before, last = read_file(file)
    assert len(before) > 100
    assert all(isinstance(record, Line) for record in before[:-1])
    assert last == Unread(str(file), len(before) + 1, "the gzip data are cut short or damaged")


def test_a_line_without_end_is_not_held_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "MAX_RECORD", 1000)
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"0" * 5000 + b"\n" + lines(share("a")))
    first, second = read_file(file)
    assert first == Damaged(str(file), 1, "the line is longer than 1000 bytes")
    assert isinstance(second, Line)
    assert second.number == 2


def write_avro(path: Path, records: list[dict[str, object]], schema: Any) -> None:
    with path.open("wb") as file:
        fastavro.writer(file, schema, records, codec="deflate")


def test_avro_files_give_the_same_events_as_json(tmp_path: Path) -> None:
    for kind, record in (("consent_change", grant("g")), ("data_share", share("a"))):
        plain = {name: value for name, value in record.items() if name != "event_type"}
        for name in ("occurred_at", "recorded_at"):
            plain[name] = datetime.fromisoformat(record["occurred_at"])
        file = tmp_path / f"{kind}.avro"
        source = schemas().current[kind].source
        write_avro(file, [plain], fastavro.parse_schema(source))
        (found,) = read_file(file)
        assert isinstance(found, Line)
        assert found.number == 1
        avro, text = decode(found.value, None), decode(lines(record), None)
        assert isinstance(avro, Decoded)
        assert avro == text


def test_records_of_our_schema_are_handed_on_as_they_are_and_others_of_a_block_too(
    tmp_path: Path,
) -> None:
    source = fastavro.parse_schema(schemas().current["data_share"].source)
    moment = datetime.fromisoformat(AT)
    base = {k: v for k, v in share("x").items() if k != "event_type"}
    base |= {"occurred_at": moment, "recorded_at": moment}
    long = {"event_id": "e" * 20_000}  # longer than the short way goes: all take the other
    # The third stands in a block of its own.
    for records, framed in (
        ([base] * 3, [True, True, True]),
        ([base, base | long, base], [False, False, True]),
    ):
        file = tmp_path / "a.avro"
        write_avro(file, records, source)
        found = [line for line in read_file(file) if isinstance(line, Line)]
        assert [line.number for line in found] == [1, 2, 3]
        assert [line.value.startswith(b"\xc3\x01") for line in found] == framed
        assert decode(found[0].value, None) == decode(lines(share("x")), None)


def test_avro_of_a_schema_of_ones_own(tmp_path: Path) -> None:
    record = {"event_type": "data-share", "occurred_at": 1_788_256_800_000, "event_id": "a",
              "controller_id": "OURCO", "subject_id": "s", "recipient_id": "ACME",
              "purpose": "OTHER"}  # fmt: skip
    instant = {"type": "long", "logicalType": "timestamp-millis"}
    fields = [
        {"name": name, "type": instant if name == "occurred_at" else "string"} for name in record
    ]
    schema = fastavro.parse_schema({"type": "record", "name": "Exported", "fields": fields})
    file = tmp_path / "export.bin"
    write_avro(file, [record], schema)
    (found,) = read_file(file)
    assert isinstance(found, Line)
    decoded = decode(found.value, None)
    assert isinstance(decoded, Decoded)
    at = datetime.fromtimestamp(decoded.event.occurred_at / 1000, UTC)
    assert at.isoformat() == "2026-09-01T10:00:00+00:00"


def test_an_avro_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    source = fastavro.parse_schema(schemas().current["data_share"].source)
    moment = datetime.fromisoformat(AT)
    base = {k: v for k, v in share("x").items() if k != "event_type"}
    records = [
        base | {"event_id": f"e{n}", "occurred_at": moment, "recorded_at": moment}
        for n in range(2000)
    ]
    file = tmp_path / "a.avro"
    write_avro(file, records, source)
    whole = file.read_bytes()
    file.write_bytes(whole[:-300])
    *before, last = read_file(file)
    assert 0 < len(before) < 2000
    assert last == Unread(
        str(file), len(before) + 1, "the Avro file is cut short or damaged from here on"
    )


def test_every_input_schema_is_known_by_its_name() -> None:
    from streams.files.avro_fields import _KINDS

    names = {schemas().current[name].source["name"].lower(): kind for kind, name in INPUTS.items()}
    assert {name: kind.value for name, kind in names.items()} == _KINDS


def test_folders_are_searched_and_documents_left_alone(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.jsonl").write_bytes(lines(share("hidden")))
    (tmp_path / "deep" / "b.ndjson").write_bytes(lines(share("b")))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(share("a"))))
    (tmp_path / "c.json").write_bytes(lines(share("c")))
    (tmp_path / "truth.json").write_text(json.dumps({"a": 1}, indent=1))
    (tmp_path / "notes.txt").write_text("none")
    inputs = find_inputs([str(tmp_path)])
    files = inputs.files
    assert [Path(file).name for file in files] == ["a.jsonl.gz", "c.json", "b.ndjson"]
    assert [Path(one.file).name for one in inputs.passed_over] == [
        "notes.txt", "truth.json", "x.jsonl",
    ]  # fmt: skip
    assert size_of(files) == sum(Path(file).stat().st_size for file in files)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(share("a")))
    assert find_inputs([str(file), str(tmp_path), str(file)]).files == [str(file)]


def test_names_that_are_nothing_and_folders_without_events(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match="no file or folder"):
        find_inputs([str(tmp_path / "none")])
    with pytest.raises(ConsentryError, match="holds no event files"):
        find_inputs([str(tmp_path)])


def test_standard_input_may_be_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(gzip.compress(lines(share("a"))))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content))
    (found,) = read_events(["-"])
    assert isinstance(found, Line)
    assert (found.file, found.number) == ("stdin", 1)


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"".join(lines(share(f"e{n}")) for n in range(1700)))
    published: list[int] = []
    assert len(list(read_events([str(file)], published.append))) == 1700
    assert sum(published) == file.stat().st_size
    assert len(published) == 5
