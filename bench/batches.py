"""A stream as Kafka record batches, encoded once and kept on disk: sending it costs nothing.

A file holds the batches one after the other, another one says what each is. They are cut
by time: a time span has what was made in it, for all topics and partitions, and spans
are sent in turn. So a reader reads an orderly stream.
"""

from __future__ import annotations

import hashlib
import inspect
import mmap
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiokafka.partitioner import murmur2
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from bench import reference, stream
from bench.programs import small_job
from bench.programs.small_job import SCHEMAS
from bench.reference import Reference
from bench.stream import STAGE_ONE_TURNS, Made, Order, key_of, make
from streams.core.vocabulary import EventType
from streams.dev.cache import cache_dir

BATCH_BYTES = 131_072
HEADERS: list[Any] = []


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Where one batch lies in the file, and what it holds."""

    kind: EventType
    partition: int
    events: int
    start: int
    size: int


class TimeSpan(msgspec.Struct, frozen=True, array_like=True):
    """Batches of one span of time. `stage` is 1 or 2."""

    stage: int
    batches: list[Batch]


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream is made from; the same parameters give the same bytes."""

    events: int
    subjects: int
    partitions: int
    order: Order = "in turn"

    @property
    def first_stage(self) -> int:
        """How many events the first stage has."""
        return min(self.events, STAGE_ONE_TURNS * self.subjects)


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The second file. `uncovered` are the events that the small job must report."""

    parameters: Parameters
    time_spans: list[TimeSpan]
    uncovered: list[str]


class Prepared:
    """A stream whose batches are on disk."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "batches.bin"
        index = msgspec.json.decode((folder / "index.json").read_bytes(), type=Index)
        self.parameters = index.parameters
        self.uncovered = frozenset(index.uncovered)
        self._time_spans = index.time_spans

    @property
    def events(self) -> int:
        """All of them."""
        return self.parameters.events

    @property
    def first_stage(self) -> int:
        """Those of the first stage."""
        return self.parameters.first_stage

    def time_spans(self, stage: int) -> Iterator[list[tuple[Batch, bytes]]]:
        """The time spans of a stage, in order of time."""
        if self._data.stat().st_size == 0:
            return
        with (
            self._data.open("rb") as file,
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as all_,
        ):
            for one in self._time_spans:
                if one.stage == stage:
                    yield [(b, all_[b.start : b.start + b.size]) for b in one.batches]


def prepared(parameters: Parameters) -> Prepared:
    """The stream of these parameters, from the cache or made now."""
    folder = cache_dir() / "bench" / _name(parameters)
    if not (folder / "index.json").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _whole(folder) as partial:
            _write(partial, parameters)
    return Prepared(folder)


def _name(parameters: Parameters) -> str:
    """A name that changes with the parameters and with the code that makes the bytes."""
    digest = hashlib.sha256(msgspec.json.encode(parameters))
    for code in (stream, reference, small_job):
        digest.update(inspect.getsource(code).encode())
    for file in (Path(__file__), *sorted(SCHEMAS.glob("*.avsc"))):
        digest.update(file.read_bytes())
    return f"{parameters.events}-{parameters.subjects}-{digest.hexdigest()[:16]}"


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder that gets its name once all is in it, so that half a stream is never used."""
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        yield partial
        if not folder.exists():
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(folder: Path, parameters: Parameters) -> None:
    plain = Reference()
    with (folder / "batches.bin").open("wb") as file:
        time_spans = list(_time_spans(plain.seen(_events(parameters)), parameters, file))
    index = Index(parameters=parameters, time_spans=time_spans, uncovered=sorted(plain.uncovered))
    (folder / "index.json").write_bytes(msgspec.json.encode(index))


def _events(parameters: Parameters) -> Iterator[Made]:
    return make(parameters.events, parameters.subjects, order=parameters.order)


def _time_spans(made: Iterable[Made], parameters: Parameters, file: Any) -> Iterator[TimeSpan]:
    places = [place_of(n, parameters.partitions) for n in range(parameters.subjects)]
    batches = Batches()
    stage = 1
    for number, one in enumerate(made):
        if number == parameters.first_stage:
            yield TimeSpan(stage, list(batches.write(file)))
            stage = 2
        key, partition = places[one.subject]
        if not batches.add(one.kind, partition, one.at, key, one.value):
            # All at once: a batch held back would put its events behind later ones.
            yield TimeSpan(stage, list(batches.write(file)))
            batches.add(one.kind, partition, one.at, key, one.value)
    yield TimeSpan(stage, list(batches.write(file)))


class Batches:
    """Open batches, one per topic and partition."""

    def __init__(self) -> None:
        self._open: dict[tuple[EventType, int], tuple[Any, int]] = {}

    def add(self, kind: EventType, partition: int, at: int, key: bytes, value: bytes) -> bool:
        """Add a record. False when its batch is full: take all of them first."""
        place = kind, partition
        builder, count = self._open.get(place) or (_builder(), 0)
        if builder.append(count, at, key, value, HEADERS) is None:
            return False
        self._open[place] = builder, count + 1
        return True

    def take(self) -> list[tuple[EventType, int, int, bytes]]:
        """Type, partition, number of records and bytes of each, and begin again."""
        taken = [
            (kind, partition, count, bytes(builder.build()))
            for (kind, partition), (builder, count) in self._open.items()
        ]
        self._open = {}
        return taken

    def write(self, file: Any) -> Iterator[Batch]:
        """Take all of them into a file."""
        for kind, partition, count, content in self.take():
            start = file.tell()
            file.write(content)
            yield Batch(kind, partition, count, start, len(content))


def _builder() -> Any:
    return DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=BATCH_BYTES,
    )


def place_of(subject: int, partitions: int) -> tuple[bytes, int]:
    """The key of a subject and its partition."""
    key = key_of(subject)
    return key, (murmur2(key) & 0x7FFFFFFF) % partitions
