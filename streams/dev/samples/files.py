"""Write a sample to a folder: the stream, its truth, and the policy to judge it under."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import msgspec

from streams.core.vocabulary import Code, EventType
from streams.dev.samples.records import Sample, SampleRecord
from streams.dev.samples.truth import Truth, write_truth
from streams.errors import ConsentryError

POLICY_FILE = Path(__file__).with_name("policy.toml")
"""The policy that a sample must be judged under."""

_EVERY = 1_000
Progress = Callable[[int], None]


class Form(StrEnum):
    """How the stream is written."""

    JSONL = "jsonl"
    """One file in arrival order, a record a line."""
    JSONL_GZ = "jsonl.gz"
    """The same, compressed."""
    AVRO = "avro"
    """One Avro container file an input, each in arrival order."""


def sample_files(folder: Path) -> list[Path]:
    """The files of a sample that lie in `folder`."""
    names = ["stream.jsonl", "stream.jsonl.gz", *(f"{kind}.avro" for kind in EventType)]
    names += ["truth.json", "policy.toml"]
    return [folder / name for name in names if (folder / name).exists()]


def write_sample(
    sample: Sample, folder: Path, form: Form, progress: Progress = lambda _: None
) -> tuple[list[Path], Truth]:
    """Write the stream, `truth.json` and `policy.toml`; gives the files and the truth.

    Avro holds well-formed records only: the unprocessable ones are left out, of the
    stream and of the truth. `progress` gets the number of records written, now and
    then. Raises ConsentryError when the folder cannot be written.
    """
    truth = sample.truth
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if form is Form.AVRO:
            written = _write_avro(sample.records, folder, progress)
            truth = _without_unprocessable(truth)
        else:
            written = [folder / f"stream.{form}"]
            _write_lines(sample.records, written[0], progress)
        write_truth(truth, folder / "truth.json")
        shutil.copyfile(POLICY_FILE, folder / "policy.toml")
    except OSError as error:
        raise ConsentryError(
            f"{error.filename or folder}: {error.strerror}",
            "Name a folder that can be written, with room for about 6 kB per subject.",
        ) from None
    return [*written, folder / "truth.json", folder / "policy.toml"], truth


def _write_lines(records: Iterable[SampleRecord], path: Path, progress: Progress) -> None:
    with _opened(path) as file:
        for number, record in enumerate(records):
            file.write(record.value + b"\n")
            if number % _EVERY == 0:
                progress(number)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix == ".gz":
        # Neither name nor time in the header: equal options give equal bytes.
        with (
            path.open("wb") as plain,
            gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0) as packed,
        ):
            yield packed  # type: ignore[misc]  # GzipFile writes bytes, as IO[bytes] does
    else:
        with path.open("wb") as file:
            yield file


def _write_avro(records: Iterable[SampleRecord], folder: Path, progress: Progress) -> list[Path]:
    import fastavro

    from streams.wire.schemas import INPUTS, schemas

    by_input: dict[EventType, list[dict[str, Any]]] = {kind: [] for kind in EventType}
    for number, record in enumerate(records):
        plain = _plain(record)
        if plain is not None:
            by_input[record.topic].append(plain)
        if number % _EVERY == 0:
            progress(number)
    written = []
    for kind, plain_records in by_input.items():
        path = folder / f"{kind}.avro"
        schema = schemas().current[INPUTS[kind]].source
        # A fixed marker between blocks: equal options give equal bytes.
        with path.open("wb") as file:
            fastavro.writer(
                file, schema, plain_records, codec="deflate", sync_marker=b"consentry-sample"
            )
        written.append(path)
    return written


def _plain(record: SampleRecord) -> dict[str, Any] | None:
    """The fields of a record, instants as milliseconds; None if no schema can hold it."""
    from streams.wire.decode import RAW, Rejected, decode
    from streams.wire.jsonl import read_json
    from streams.wire.validate import texts_to_instants

    if record.event is not None:
        plain: dict[str, Any] = msgspec.to_builtins(record.event)
    else:
        refused = decode(record.value, record.topic)
        if not isinstance(refused, Rejected) or refused.dead_letter.code != RAW:
            return None
        plain = read_json(record.value)
        plain |= texts_to_instants(plain)
    del plain["event_type"]
    return plain


def _without_unprocessable(truth: Truth) -> Truth:
    code = Code.UNPROCESSABLE_EVENT
    if code not in truth.unaddressed:
        return truth
    left_out = truth.unaddressed[code]
    records = truth.records | {name: truth.records[name] - left_out for name in ("bad", "all")}
    return msgspec.structs.replace(
        truth,
        unaddressed={name: n for name, n in truth.unaddressed.items() if name != code},
        records=records,
        absent=truth.absent | {code: "no Avro schema can hold an unprocessable record"},
    )
