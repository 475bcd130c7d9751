"""What is fuzzed: each part of the C beside the Python that it stands in for."""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatch

from streams.core.event_hash import NOT_HASHED, hash_of
from streams.core.event_kinds import event_key, key_of
from streams.core.events import EVENT_CLASSES, Envelope
from streams.core.identifiers import EventId, subject_key
from streams.core.instants import EARLIEST_OF_EVENTS, LATEST, Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.state import EventRow, Fact, FactSource
from streams.native.readers import event_reader, fact_reader
from streams.native.runs import Run, RunMaker, Times, unpacker_of
from streams.native.writers import row_writer
from streams.transport.fetch.unpacked_records import Received
from streams.transport.state.disk.placing import place_rows
from streams.transport.state.row_loading import Buckets, load_rows
from streams.unpacking.batch import HEADER
from streams.unpacking.cut import HEADERS_AT_MOST
from streams.wire import avro_fast_path, rows
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.fast_facts import FastFacts
from streams.wire.framing import AVRO_HEADER
from streams.wire.rows import CorruptRow
from tests.fuzz import seeds
from tests.fuzz.difference import Difference, same
from tests.fuzz.file_targets import Blocks


class Target(NamedTuple):
    """A part of the C. `run` takes an input and raises Difference; it says whether C took it."""

    name: str
    seeds: list[bytes]
    run: Callable[[bytes], bool]


TARGETS = ("event", "fact", "block", "row", "batch", "stored")


def targets(library: Any) -> list[Target]:
    """All parts of a library."""
    readers = {header: _reader(library, header) for header in avro_fast_paths()}
    events = seeds.events()
    return [
        Target("event", events, _Events(readers).run),
        Target("fact", events, _Facts(library, readers).run),
        Target("block", events, Blocks(library, readers).run),
        Target("row", events, _Rows(library).run),
        Target("batch", seeds.bodies(), _Batches(library).run),
        Target("stored", seeds.stored(), _Stored(library).run),
    ]


def _reader(library: Any, header: bytes) -> Any:
    path = avro_fast_paths()[header]
    granted = avro_fast_path._GRANTED if path._grants else None
    span = (EARLIEST_OF_EVENTS, LATEST)
    made = event_reader(
        library, path._class, path._columns, header, granted, span, NOT_HASHED
    )  # fmt: skip
    assert made is not None
    return made


class _Events:
    def __init__(self, readers: dict[bytes, Any]) -> None:
        self._readers = readers

    def run(self, data: bytes) -> bool:
        header = data[:AVRO_HEADER]
        reader = self._readers.get(header)
        if reader is None:  # the schema is not what is asked about
            header = list(self._readers)[len(data) % len(self._readers)]
            reader = self._readers[header]
        found = reader.read(data)
        if found is None:
            same(None, avro_fast_paths()[header].plain_event(data))
            return False
        event, canonical = found
        payload_hash = hash_of(event) if canonical is None else sha256(canonical).hexdigest()
        same((event, payload_hash), avro_fast_paths()[header].plain_read(data))
        written = reader.written(event)
        if written is not None:
            same(reader.event(written), event)
        return True


class _Facts:
    """Facts of records whose key, time and topic the input says too."""

    _TOPICS: Final = {kind.value: kind for kind in EVENT_CLASSES}

    def __init__(self, library: Any, readers: dict[bytes, Any]) -> None:
        self._plain = FastFacts(self._TOPICS)
        self._facts = fact_reader(
            library, Fact, FactSource,
            {
                topic: tuple(
                    readers[header]
                    for header, path in avro_fast_paths().items() if path.kind is kind
                )
                for topic, kind in self._TOPICS.items()
            },
            FUTURE_TOLERANCE, LATEST,
        )  # fmt: skip

    def run(self, data: bytes) -> bool:
        path = avro_fast_paths().get(data[:AVRO_HEADER])
        event = None if path is None else path.plain_event(data)
        topic = "data-share" if path is None else path.kind.value
        key, time = data[10:30], sum(data) * 10_000_000
        if event is not None:
            # Most have the right key and the right time, or all but.
            key = subject_key(event.controller_id, event.subject_id)
            key = key[1:] if data[-1] == 1 else key
            time = event.occurred_at - FUTURE_TOLERANCE + (len(data) % 3 - 1)
        record = Received(topic, 0, len(data), time, key, data, ())
        found = self._facts.fact(record)
        same(found, self._plain.plain_fact(record))
        writer = None if found is None else self._facts.writer(found)
        if writer is not None:
            same(writer.written(found.event), data)
        return found is not None


class _Rows:
    def __init__(self, library: Any) -> None:
        letters = {one: key_of(kind, EventId("")).encode() for kind, one in EVENT_CLASSES.items()}
        self._rows = row_writer(library, EventRow, Fact, FactSource, Envelope, letters)

    def run(self, data: bytes) -> bool:
        path = avro_fast_paths().get(data[:AVRO_HEADER])
        event = None if path is None else path.plain_event(data)
        if event is None:
            return False
        numbers = struct.unpack("<3q", (data[-24:] + b"\0" * 24)[:24])
        partition, offset, at = (number >> (data[-1] % 64) for number in numbers)
        digest = data[10 : 10 + data[11]].hex()
        source = FactSource(event.event_id[: data[12] % 9], partition, offset)
        fact = Fact(event=event, ingested_at=Instant(at), source=source, value=data)
        taken = Instant(at + 1) if data[-2] & 1 else None
        row = EventRow(fact=fact, policy_digest=digest, taken_at=taken)
        key = subject_key(event.controller_id, event.subject_id)
        found = self._rows.stored_form(key, row)
        same(self._rows.stored_fact(key, fact, digest, taken), found)
        if found is not None:
            same(found, (rows.first_key(key, event_key(event)), rows.encode_row(row)))
        return found is not None


class _Batches:
    def __init__(self, library: Any) -> None:
        self._unpacker = unpacker_of(library, Received)

    def run(self, data: bytes) -> bool:
        count, body = data[:1], data[1:]
        times = Times(70, 1_000, bool(len(data) & 1))
        maker = RunMaker(self._unpacker, "t", 3, 70, HEADERS_AT_MOST)
        found: list[Any] = []
        runs: Generator[Run, None, bool] = maker.runs(data, len(count), sum(count), times)
        complete = False
        while not complete:
            try:
                found += next(runs)
            except StopIteration as end:
                if not end.value:
                    return False
                complete = True
        theirs = self._stock(body, sum(count), times)
        if theirs is None:
            raise Difference(f"C reads what aiokafka refuses: {found!r}")
        same(found, theirs)
        return bool(found)

    def _stock(self, body: bytes, count: int, times: Times) -> list[Received] | None:
        """As aiokafka reads them, None where it gives up."""
        size = HEADER.size + len(body) - 12
        head = HEADER.pack(
            times.base_offset, size, -1, 2, 0, 8 if times.append_time else 0, count - 1,
            times.time, times.time, -1, -1, -1, count,
        )  # fmt: skip
        try:
            return [
                Received("t", 3, one.offset, one.timestamp, one.key, one.value, tuple(one.headers))
                for one in DefaultRecordBatch(head + body)
            ]
        except Exception:  # noqa: BLE001 - each is a way to give up
            return None


class _Stored:
    """A row of the changelog on its way into a database, and into memory; and its tombstone."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def run(self, data: bytes) -> bool:
        size = sum(data[:1])
        key, row = data[1 : 1 + size], data[1 + size :]
        taken = True
        for value in (row, None):
            same(self._placed(key, value, self._library), self._placed(key, value, None))
            log = [Received("t", 0, 0, 0, key, one, ()) for one in (b"before", value)]
            same(self._loaded(log, self._library), self._loaded(log, None))
            taken = taken and not self._library.place_rows({key: value}, _ignore, _ignore)
        return taken

    def _placed(self, key: bytes, row: bytes | None, library: Any) -> Any:
        batch = _Written()
        try:
            return place_rows({key: row}, batch, library), batch.written
        except CorruptRow as error:
            return str(error)

    def _loaded(self, log: list[Any], library: Any) -> Any:
        buckets: Buckets = {}
        try:
            loaded = load_rows(log, buckets, 20, None, library)
        except CorruptRow as error:
            return str(error)
        return loaded.added, loaded.progress, buckets


class _Written:
    """In the place of a write batch."""

    def __init__(self) -> None:
        self.written: list[tuple[bytes, bytes | None]] = []

    def put(self, key: bytes, value: bytes) -> None:
        self.written.append((key, value))

    def delete(self, key: bytes) -> None:
        self.written.append((key, None))


def _ignore(*_: object) -> None:
    """Neither put nor deleted."""
