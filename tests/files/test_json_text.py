"""Every form of JSON text gives the same records, whatever it is cut into."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from streams.files import json_text
from streams.files.nesting import Nesting
from streams.files.read import Damaged, Line, Unread, read_events
from tests.check.events import lines, share
from tests.files.text_forms import EVENTS, FORMS, read, values


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


def test_arrays_that_were_put_together_are_read_one_after_the_other() -> None:
    for between in (b"", b"\n", b"\n \n\n"):
        content = json.dumps(EVENTS[:2]).encode() + between + json.dumps(EVENTS[2:]).encode()
        found = read(content + b"\n" + lines(share("behind")))
        assert values(found) == [*EVENTS, share("behind")]
        assert [one.number for one in found[:4]] == [1, 2, 3, 4]


def test_after_a_bracket_that_was_not_opened_nothing_is_passed_over_in_silence() -> None:
    *before, last = read(b'[{"a":1},{"a":2}}\n[{"a":3}]\n' + lines(share("a")))
    assert values(before) == [{"a": 1}]
    assert last == Unread("f", 2, "a bracket is closed that was not opened")


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
