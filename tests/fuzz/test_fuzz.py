"""The fuzzer finds nothing in the C that is here, and finds what is taken out of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from streams.native.library import SOURCE
from tests.fuzz import library
from tests.fuzz import run as fuzz_run
from tests.fuzz.run import run

pytestmark = pytest.mark.skipif(
    library.runtime() is None, reason="the C compiler has no AddressSanitizer: apt-get install gcc"
)

SABOTAGE = {
    "a byte that is not there": (
        "cursor.h", "cursor->at < cursor->end ? *cursor->at++ : -1", "*cursor->at++"
    ),
    "a part of a pile that is full": (
        "pile.c", "whole > pile->left && begin_part", "pile->last == NULL && begin_part"
    ),
    "a list that goes on": ("column.c", "next_byte(cursor) == 0 ?", "next_byte(cursor) < 256 ?"),
}  # fmt: skip


def test_nothing_is_found(tmp_path: Path) -> None:
    found = run(tmp_path, 2, 1)
    assert found.code == 0, found.said
    assert len(found.said) == 6
    assert not any(" 0 read in C" in line for line in found.said)


def test_one_target_by_itself(tmp_path: Path) -> None:
    found = run(tmp_path, 1, 1, only=["block"])
    assert found.code == 0, found.said
    [line] = found.said
    assert line.startswith("block: ")


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_check_that_is_missing_is_found(what: str, tmp_path: Path) -> None:
    name, check, without = SABOTAGE[what]
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source)
    text = (source / name).read_text()
    assert text.count(check) == 1
    (source / name).write_text(text.replace(check, without))
    found = run(tmp_path, 60, 1, source)
    assert found.code != 0
    said = "\n".join(found.said)
    assert "ERROR: AddressSanitizer" in said or "Python: " in said
    assert found.said[-1].startswith("input: ")


def test_an_input_that_does_not_come_to_its_end_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = (
        "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(b'\\0\\0\\0\\1x')\n"
        "while True: pass"
    )
    monkeypatch.setattr(
        library, "command", lambda given: [sys.executable, "-c", endless, given[-1]]
    )
    monkeypatch.setattr(fuzz_run, "PATIENCE_S", 3.0)
    found = run(tmp_path, 1, 1)
    assert found.code == fuzz_run.ENDLESS
    assert found.said[-2:] == ["an input does not come to its end", "input: 78"]
