"""Every form of JSON text gives the same records, whatever it is cut into."""

from __future__ import annotations

import bz2
import gzip
import io
import json
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
from streams.files.json_text import text_records
from streams.files.nesting import Nesting
from streams.files.read import Damaged, Found, Line, Unread, read_events
from tests.check.events import grant, lines, share

EVENTS: list[dict[str, Any]] = [
    share("a"),
    grant("g", via='[{"\\'),
    share("c", lia_ref=',]}\\"\n\t{'),
    share("d", more={"deep": [[], {}, [1, {"x": "]"}]]}),
]
FORMS = {
    "lines": lines(*EVENTS),
    "lines with blanks": b"\xef\xbb\xbf\r\n  \n" + lines(*EVENTS).replace(b"\n", b"\r\n\r\n"),
    "array": json.dumps(EVENTS).encode(),
    "pretty array": b"\n\n" + json.dumps(EVENTS, indent=2).encode() + b"\n\n",
    "array of lines": b"[\r\n" + b",\n".join(lines(one).strip() for one in EVENTS) + b"\n]\n",
    "pretty objects": b"\n".join(json.dumps(one, indent=1).encode() for one in EVENTS),
    "one after the other": b"".join(json.dumps(one).encode() for one in EVENTS),
    "blanks between": b" \t".join(json.dumps(one).encode() for one in EVENTS) + b"\n\n",
    "array and lines": json.dumps(EVENTS[:2]).encode() + b"\n" + lines(*EVENTS[2:]),
}


def read(content: bytes, buffer: int = 4096) -> list[Found]:
    raw: Any = io.BytesIO(content)
    return list(text_records("f", io.BufferedReader(raw, buffer)))


def values(found: list[Found]) -> list[Any]:
    return [json.loads(one.value) for one in found if isinstance(one, Line)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chunk", [1, 2, 7, 65_536])
def test_every_form_gives_the_same_records(
    form: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "CHUNK", chunk)
    found = read(FORMS[form], chunk)
    assert all(isinstance(one, Line) for one in found)
    assert values(found) == EVENTS


def test_random_arrays_are_cut_as_a_parser_cuts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)

    def value(depth: int) -> Any:
        kind = rng.randrange(7 if depth < 4 else 5)
        if kind == 5:
            return [value(depth + 1) for _ in range(rng.randrange(4))]
        if kind == 6:
            return {rng.choice('ab"[\\{,'): value(depth + 1) for _ in range(rng.randrange(4))}
        return [None, True, -1.5e3, "", "".join(rng.choices('"\\[]{},:é\n ab', k=8))][kind]

    for _ in range(300):
        monkeypatch.setattr(json_text, "CHUNK", rng.choice([1, 3, 50]))
        elements = [value(0) for _ in range(rng.randrange(1, 6))]
        text = json.dumps(elements, indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5)
        assert values(read(text.encode())) == elements


def test_a_first_line_that_is_cut_short_does_not_hide_the_others() -> None:
    for cut in (40, 60, 1, 200):
        content = lines(share("x"))[:cut] + b"\n" + lines(share("a"), share("b"))
        first, *rest = read(content)
        assert isinstance(first, Line)
        assert (first.number, len(rest)) == (1, 2)
        assert [one["event_id"] for one in values(rest)] == ["a", "b"]
        assert [one.number for one in rest] == [2, 3]


def test_numbers_are_those_of_lines_and_of_elements() -> None:
    pretty = read(FORMS["pretty objects"])
    text = FORMS["pretty objects"].split(b"\n")
    assert [text[one.number - 1] for one in pretty] == [b"{"] * 4
    assert [one.number for one in read(FORMS["pretty array"])] == [1, 2, 3, 4]


@pytest.mark.parametrize("form", ["array", "pretty array", "pretty objects", "one after the other"])
def test_what_is_cut_short_is_unread_from_there_on(form: str) -> None:
    content = FORMS[form].rstrip()
    for cut in range(len(content) - 1, len(content) // 2, -97):
        *before, last = read(content[:cut])
        assert isinstance(last, Unread)
        assert "cut short" in last.reason
        assert values(before) == EVENTS[: len(before)]
        assert 0 < len(before) <= 4


def test_a_bad_element_is_one_record_and_the_rest_is_read() -> None:
    found = read(b'[{"a":1},nothing,{"a":2,},, {"a":3}]')
    assert [one.value for one in found if isinstance(one, Line)] == [
        b'{"a":1}', b"nothing", b'{"a":2,}', b'{"a":3}',
    ]  # fmt: skip


@pytest.mark.parametrize("inside", [b'"%b"', b"[%b]", b'{"%b":1}'])
def test_an_element_that_is_too_long_is_one_refused_record(
    inside: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "MAX_RECORD", 1000)
    monkeypatch.setattr(json_text, "CHUNK", 64)
    content = b'[{"a":1},' + inside % (b"0" * 5000) + b',{"a":2}]'
    assert read(content) == [
        Line("f", 1, b'{"a":1}'),
        Damaged("f", 2, "the element is longer than 1000 bytes"),
        Line("f", 3, b'{"a":2}'),
    ]


def test_a_line_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_RECORD", 1000)
    monkeypatch.setattr(json_text, "MAX_SKIPPED", 10_000)
    content = lines(share("a")) + b"0" * 9_000 + b"\n" + b" " * 20_000 + b"\n" + lines(share("b"))
    first, long, last = read(content)
    assert isinstance(first, Line)
    assert isinstance(long, Damaged)
    assert last == Unread("f", 3, "a line has no end within 1 GiB")


def test_depth_does_not_matter() -> None:
    nesting = Nesting()
    deep = b'{"a":' * 200_000
    at = 0
    while (at := nesting.stop(deep, at)) < len(deep):
        nesting.turn(deep[at])
        at += 1
    assert nesting.depth == 200_000
    found = read(b"[" * 100_000 + b"]" * 100_000 + b"\n" + lines(share("a")))
    assert len(found) == 2


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lines(share("a")).decode().encode("utf-16"), "UTF-16"),
        (lines(share("a")).decode().encode("utf-16-le"), "UTF-16"),
        (lines(share("a")).decode().encode("utf-32"), "UTF-16 or UTF-32"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x04\x22\x4d\x18abc", "packed with lz4"),
        (b"e.json".ljust(257, b"\0") + b"ustar", "a tar archive"),
        (b"\x01\x00\x02\x03", "binary data"),
    ],
)
def test_other_forms_are_named(content: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    (found,) = read_events([str(file)])
    assert isinstance(found, Unread)
    assert found.number == 0
    assert reason in found.reason
