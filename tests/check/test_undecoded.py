"""Records in a schema of ours are held as bytes until their subject is judged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro
import pytest
from avro import schema as apache_schema
from avro.datafile import DataFileWriter
from avro.io import DatumWriter
from hypothesis import given
from hypothesis import strategies as st

from streams.check import memory, spool
from streams.check.gather import gather
from streams.check.gathered import nothing_gathered
from streams.check.held import Undecoded
from streams.check.memory import MIB, MemoryBound
from streams.check.processes import run_shared
from streams.check.result import Result, run_check
from streams.check.shares import subject_in
from streams.check.undecoded import leading_key, one_by_one
from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import parse_instant
from streams.core.policy import default_policy
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.files.find import InputFiles, find_inputs
from streams.files.read import read_pieces
from streams.policy_file import load_policy
from streams.wire.decode import Rejected, decode
from streams.wire.encode import event_to_avro
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import schemas
from tests.check.events import AT, lines, share
from tests.check.test_processes import comparable
from tests.wire.strategies import events

CLOCK = parse_instant("2026-11-01T00:00:00Z")
LIMIT = 200 * MIB


@given(events, st.data())
def test_a_record_is_sorted_by_the_subject_that_it_is_read_with(
    event: Event, data: st.DataObject
) -> None:
    value = bytearray(event_to_avro(event))
    assert subject_in(bytes(value)) == subject_key(event.controller_id, event.subject_id)
    for _ in range(data.draw(st.integers(0, 2))):
        value[data.draw(st.integers(AVRO_HEADER, len(value) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(value)[: data.draw(st.integers(0, len(value)))]
    read = decode(damaged, None)
    if isinstance(read, Rejected):
        subject = read.subject
    else:
        subject = read.event.controller_id, read.event.subject_id
    if subject is not None and not any(one.startswith("ref-") for one in subject):
        assert subject_in(damaged) == subject_key(*subject)


def test_ids_that_are_cut_short_or_too_long_name_nobody() -> None:
    ids = b"".join(bytes((2 * len(one),)) + one for one in (b"e1", b"OURCO", b"s1"))
    assert leading_key(ids, 0) == b"OURCO\x1fs1"
    assert leading_key(b"ahead" + ids + b"behind", 5) == b"OURCO\x1fs1"
    assert [leading_key(ids[:size], 0) for size in range(len(ids))] == [None] * len(ids)
    assert leading_key(b"\x04e1\x80\x80\x01" + bytes(9_000), 0) is None
    assert leading_key(b"\x03e1" + ids, 0) is None


def shares(folder: Path, **kept: dict[str, Any]) -> None:
    """The same shares in a schema of ours, and as JSON lines."""
    plain = [share(name) | fields for name, fields in kept.items()]
    (folder / "lines.jsonl").write_bytes(lines(*plain))
    source = fastavro.parse_schema(schemas().current["data_share"].source)
    records = []
    for one in plain:
        at = datetime.fromisoformat(one["occurred_at"])
        own = {name: member for name, member in one.items() if name != "event_type"}
        records.append(own | {"occurred_at": at, "recorded_at": at})
    with (folder / "shares.avro").open("wb") as file:
        fastavro.writer(file, source, records)


def test_what_no_event_is_shows_as_where_it_is_read_at_once(tmp_path: Path) -> None:
    far = datetime(2027, 1, 1, tzinfo=UTC).isoformat()
    shares(
        tmp_path,
        good={},
        raw={"lia_ref": "jan@example.nl"},
        whose={"subject_id": "jan@example.nl"},
        late={"occurred_at": far, "recorded_at": far},
        again={"event_id": "good"},
        other={"event_id": "good", "recipient_id": "OTHER"},
        long={"subject_id": "s" * 9_000},
    )
    names = ("shares.avro", "lines.jsonl")
    of_avro, of_lines = (
        run_check(InputFiles([str(tmp_path / name)]), default_policy(), CLOCK) for name in names
    )
    assert [(one.line, one.code) for one in of_avro.rejected] == [
        (one.line, one.code) for one in of_lines.rejected
    ]
    assert len(of_avro.rejected) == 4
    assert said(of_avro) == said(of_lines)
    assert of_avro.duplicates == of_lines.duplicates == 1
    assert of_avro.read == of_lines.read == 7
    assert of_avro.first_at == of_lines.first_at == parse_instant(AT)


def said(result: Result) -> list[tuple[str, str]]:
    return sorted((one.code, one.event_id) for one in result.findings if "ref-" not in one.event_id)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    sample = make_sample(SampleOptions(subjects=200, seed=5, until=CLOCK))
    write_sample(sample, tmp_path, Form.AVRO)
    return tmp_path


def test_they_are_the_same_on_disk_and_on_several_processes(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, inputs = (
        load_policy(shop / "policy.toml"),
        InputFiles(sorted(str(one) for one in shop.glob("*.avro"))),
    )
    held = run_check(inputs, policy, CLOCK, with_timelines=True)
    assert len(held.findings) > 20
    several = run_shared(inputs, policy, CLOCK, processes=2, with_timelines=True)
    assert comparable(several) == comparable(held)
    monkeypatch.setattr(memory, "resident", lambda: int(LIMIT * 0.7))
    monkeypatch.setattr(memory, "_LOOK_EVERY", 1)
    monkeypatch.setattr(spool, "AT_LEAST", 3)
    spilled = run_check(inputs, policy, CLOCK, with_timelines=True, memory=LIMIT)
    assert isinstance(spilled.findings, spool.OnDisk)
    assert comparable(spilled) | {"duties": list(spilled.duties)} == comparable(held)


def test_ordinary_records_are_bytes_until_their_turn(shop: Path) -> None:
    gathered = nothing_gathered((), MemoryBound(None))
    gather(
        read_pieces(find_inputs([str(shop / "data-share.avro")]).files),
        default_policy(),
        None,
        gathered,
    )
    known = [one for _, held in gathered.facts.take() for one in one_by_one(held)]
    assert gathered.read == len(known) > 100
    assert sum(isinstance(one, Undecoded) for one in known) > 0.9 * len(known)


def test_of_events_that_are_alike_the_first_counts_whatever_form_it_has(tmp_path: Path) -> None:
    for name in ("first", "then"):
        (tmp_path / name).mkdir()
        shares(tmp_path / name, one={}, two={"occurred_at": AT, "recipient_id": "OTHER"})
    forms = ("lines.jsonl", "shares.avro")
    orders = [
        [str(tmp_path / "first" / forms[place]), str(tmp_path / "then" / forms[1 - place])]
        for place in range(2)
    ]
    orders += [[*orders[1], orders[0][1]], [str(tmp_path / "then" / "shares.avro"), *orders[0]]]
    for files in orders:
        result = run_check(InputFiles(files), default_policy(), CLOCK)
        assert result.read == 2 * len(files)
        assert result.duplicates == 2 * (len(files) - 1)
        assert said(result) == said(run_check(InputFiles(files[:1]), default_policy(), CLOCK))


def test_a_file_of_another_writer_packed_its_way(shop: Path, tmp_path: Path) -> None:
    ours, theirs = shop / "data-share.avro", tmp_path / "theirs.avro"
    with ours.open("rb") as source:
        reader = fastavro.reader(source)
        records = list(reader)
        schema = apache_schema.parse(reader.metadata["avro.schema"])
    with (
        theirs.open("wb") as target,
        DataFileWriter(target, DatumWriter(), schema, codec="deflate") as writer,
    ):
        for record in records:
            writer.append(record)
    found = [
        said(run_check(InputFiles([str(file)]), default_policy(), CLOCK)) for file in (ours, theirs)
    ]
    assert found[0] == found[1] != []
