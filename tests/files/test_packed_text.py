"""Packed text: every packing is known by its bytes, and what is damaged or too large."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sys
import time
from pathlib import Path
from typing import Any

import fastavro
import pytest
from backports import zstd

from streams.files import json_text, unpack
from streams.files.read import Unread, read_events
from tests.check.events import lines, share
from tests.files.text_forms import EVENTS, FORMS, values


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, zstd.compress, bz2.compress, lzma.compress,
     lambda content: gzip.compress(zstd.compress(content))],
)  # fmt: skip
def test_every_packing_is_known_by_its_bytes(pack: Any, tmp_path: Path) -> None:
    file = tmp_path / "anything"
    half = len(FORMS["lines"]) // 2
    # Programs append: a packed file may have several members, and padding between them.
    for content in (
        pack(FORMS["lines"]),
        pack(FORMS["lines"][:half]) + pack(b"") + pack(FORMS["lines"][half:]),
    ):
        file.write_bytes(content)
        assert values(list(read_events([str(file)]))) == EVENTS


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress, bz2.compress, lzma.compress])
def test_packed_data_that_break_off_or_are_damaged_leave_the_rest_unread(
    pack: Any, tmp_path: Path
) -> None:
    file = tmp_path / "a"
    whole = pack(lines(*(share(f"e{n}", trace_id=f"{n * 7919}") for n in range(3000))))
    middle = len(whole) * 3 // 4
    for content in (whole[:-20], whole[:middle] + b"\x55" * 200 + whole[middle + 200 :]):
        file.write_bytes(content)
        *before, last = read_events([str(file)])
        assert isinstance(last, Unread)
        assert "cut short or damaged" in last.reason
        assert last.number == (len(before) + 1 if before else 0)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress, bz2.compress, lzma.compress])
def test_a_bomb_is_unpacked_piece_by_piece(
    pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "MAX_SKIPPED", 20_000_000)
    asked: list[int] = []
    real = unpack._Unpacked.readinto

    def readinto(self: unpack._Unpacked, buffer: Any) -> int:
        asked.append(len(buffer))
        return real(self, buffer)

    monkeypatch.setattr(unpack._Unpacked, "readinto", readinto)
    file = tmp_path / "bomb"
    file.write_bytes(pack(b"0" * 50_000_000))
    (found,) = read_events([str(file)])
    assert found == Unread(str(file), 1, "a line has no end within 1 GiB")
    assert max(asked, default=0) <= unpack.BUFFER * 64


def test_what_wants_more_memory_than_it_may_take_is_not_called_damaged(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]
    window: dict[int, int] = {
        zstd.CompressionParameter.window_log: 28,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    wide = zstd.ZstdCompressor(options=window)
    for content in (
        lzma.compress(FORMS["lines"], filters=filters),
        wide.compress(FORMS["lines"]) + wide.flush(),
    ):
        file = tmp_path / "a"
        file.write_bytes(content)
        (found,) = read_events([str(file)])
        assert isinstance(found, Unread)
        assert "more memory to unpack than they may take" in found.reason


def test_closed_standard_input_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert list(read_events(["-"])) == [Unread("stdin", 0, "standard input is closed")]


def test_no_damage_raises_or_takes_long(tmp_path: Path) -> None:
    rng = random.Random(5)
    schema = fastavro.parse_schema(
        {"type": "record", "name": "DataShare", "fields": [{"name": "event_id", "type": "string"}]}
    )
    sound = [*FORMS.values()]
    for codec in ("null", "deflate", "snappy", "zstandard", "bzip2", "xz"):
        packed = io.BytesIO()
        fastavro.writer(packed, schema, [{"event_id": str(n)} for n in range(40)], codec=codec)
        sound.append(packed.getvalue())
    sound += [pack(FORMS["lines"]) for pack in (gzip.compress, zstd.compress, lzma.compress)]
    file = tmp_path / "a"
    began = time.process_time()
    for _ in range(400):
        content = bytearray(rng.choice(sound))
        for _ in range(rng.randrange(1, 5)):
            at = rng.randrange(len(content) + 1)
            content[at : at + rng.randrange(9)] = rng.choice(
                [b"", b'"', b"[", b"}", b"\\", b"\n", b"\xff" * 9, b"\0", rng.randbytes(5)]
            )
        file.write_bytes(content)
        for one in read_events([str(file)]):
            assert one.number >= 0
    assert time.process_time() - began < 30
