"""Container files are read in every codec of Avro; one that cannot be read is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import avro.datafile
import avro.io
import avro.schema
import fastavro
import pytest

from streams.files.container_codecs import CODECS
from streams.files.read import Found, Line, Unread, read_events
from tests.check.events import AT

FIELDS = ("event_type", "event_id", "controller_id", "subject_id", "occurred_at", "recipient_id")
SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "Exported",
    "fields": [{"name": name, "type": "string"} for name in FIELDS],
}
RECORDS = [
    {"event_type": "data-share", "event_id": f"e{number}", "controller_id": "OURCO",
     "subject_id": "s1", "occurred_at": AT, "recipient_id": "ACME"}
    for number in range(500)
]  # fmt: skip

OF_A_LIBRARY = [codec for codec, library in CODECS.items() if library is not None]
CHECK = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
from streams.cli.main import main
sys.exit(main(["check", sys.argv[2]]))
"""
"""`consentry check` of a file, by an installation that lacks modules."""


def write(path: Path, codec: str) -> Path:
    with path.open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema(SCHEMA), RECORDS, codec=codec)
    return path


def read(path: Path) -> list[Found]:
    return list(read_events([str(path)]))


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_of_the_specification_is_read(codec: str, tmp_path: Path) -> None:
    found = read(write(tmp_path / "events.avro", codec))
    values = [json.loads(line.value) for line in found if isinstance(line, Line)]
    assert [value["event_id"] for value in values] == [one["event_id"] for one in RECORDS]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "snappy", "zstandard"])
def test_what_avros_own_library_writes_is_read(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "events.avro"
    schema = avro.schema.make_avsc_object(SCHEMA)
    with avro.datafile.DataFileWriter(
        path.open("wb"), avro.io.DatumWriter(), schema, codec=codec
    ) as writer:
        for record in RECORDS:
            writer.append(record)
    assert len([line for line in read(path) if isinstance(line, Line)]) == len(RECORDS)


@pytest.mark.parametrize("codec", OF_A_LIBRARY)
def test_a_codec_whose_library_is_missing_is_named_with_the_package(
    codec: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "events.avro", codec)
    away = "cramjam" if codec == "snappy" else "backports.zstd,compression.zstd"
    done = subprocess.run(
        [sys.executable, "-c", CHECK, away, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"compressed with {codec}, which this installation cannot read" in done.stderr
    assert f"install the package {CODECS[codec]}" in done.stderr
    assert "damaged" not in done.stderr


@pytest.mark.parametrize(
    ("written", "named"),
    [(b"lzo", "lzo"), (b"brotli-11", "brotli-11"), (b"\x1b[31m", "an unknown codec")],
)
def test_an_unknown_codec_is_named_and_not_taken_for_damage(
    written: bytes, named: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "events.avro", "deflate")
    packed = path.read_bytes()
    length = bytes([2 * len(written)])
    path.write_bytes(packed.replace(b"\x0edeflate", length + written))
    (found,) = read(path)
    assert isinstance(found, Unread)
    assert f"compressed with {named}, which is none of null, deflate, snappy" in found.reason


def test_damage_is_still_called_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "events.avro", "zstandard")
    path.write_bytes(path.read_bytes()[:-40])
    *_, last = read(path)
    assert isinstance(last, Unread)
    assert "cut short or damaged" in last.reason
