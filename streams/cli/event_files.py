"""Read events from files as a producer would send them: line by line, record by record."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from streams.errors import ConsentryError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class FileRecord(NamedTuple):
    """A record of a file: where it stands (from 1), and its bytes on the wire."""

    file: str
    number: int
    value: bytes


def read_records(paths: list[Path]) -> Iterator[FileRecord]:
    """The records of all files, in order; `-` is standard input, `.gz` is unpacked.

    A file that ends in `.avro` is an Avro container of one of the input schemas, any
    other holds a JSON object a line; blank lines are passed over. Raises ConsentryError
    when a file cannot be read; what came before has been given out by then.
    """
    for path in paths:
        name = str(path)
        try:
            if name == "-":
                yield from _lines(name, sys.stdin.buffer)
            elif path.suffix == ".avro":
                with path.open("rb") as file:
                    yield from _avro(name, file)
            elif path.suffix == ".gz":
                with gzip.open(path) as unpacked:
                    yield from _lines(name, unpacked)
            else:
                with path.open("rb") as file:
                    yield from _lines(name, file)
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConsentryError(
                f"{name}: {reason}", "Name JSON lines (also .gz) or Avro container files."
            ) from None


def require_files(paths: list[Path]) -> None:
    """Raise ConsentryError, before anything is sent, when one of `paths` is no file."""
    missing = [str(path) for path in paths if str(path) != "-" and not path.is_file()]
    if missing:
        raise ConsentryError(
            f"no such file: {', '.join(missing)}",
            "Name JSON lines (also .gz) or Avro container files; - is standard input.",
        )


def _lines(name: str, file: IO[bytes] | gzip.GzipFile) -> Iterator[FileRecord]:
    for number, line in enumerate(file, 1):
        value = line.strip(b" \t\r\n")
        if value:
            yield FileRecord(name, number, value)


def _avro(name: str, file: IO[bytes]) -> Iterator[FileRecord]:
    """The records of a container, written anew in the single-object encoding."""
    import fastavro

    from streams.wire.avro import write_record
    from streams.wire.schemas import INPUTS, schemas

    named = {schemas().current[short].source["name"]: short for short in INPUTS.values()}
    try:
        container = fastavro.reader(file)
        schema: Any = container.writer_schema
        found = schema.get("name", "") if isinstance(schema, dict) else ""
        short = named.get(found.rpartition(".")[2])
        if short is None:
            raise ConsentryError(
                f"{name}: the container holds no input event",
                f"Write it with one of the schemas {', '.join(sorted(named))}.",
            )
        # Resolving to the current schema lets containers of older releases in.
        file.seek(0)
        container = fastavro.reader(file, reader_schema=schemas().current[short].source)
        for number, record in enumerate(container, 1):
            yield FileRecord(name, number, write_record(short, _with_milliseconds(record)))
    except (ConsentryError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - hostile bytes: the reader may raise anything
        raise ConsentryError(
            f"{name}: not a whole Avro container file of an input schema ({type(error).__name__})",
            "Write it again; what stood before the damage was read.",
        ) from None


def _with_milliseconds(record: Any) -> dict[str, Any]:
    """Fastavro reads timestamps as datetimes; events hold milliseconds."""
    return {
        field: (value - _EPOCH) // _MILLISECOND if isinstance(value, datetime) else value
        for field, value in record.items()
    }
