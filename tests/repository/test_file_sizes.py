"""A file holds one idea, and a reader sees all of it: none has more than 250 lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("bench", "connectors", "streams", "tests")
MOST_LINES: Final = 250


def too_long(files: Iterable[Path]) -> Iterator[str]:
    """The files with more lines than that, each with its number of lines."""
    for path in files:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MOST_LINES:
            yield f"{path.name}: {lines} lines"


def test_no_file_is_longer_than_a_reader_sees_at_once() -> None:
    """Divide one that is longer by what it is about, not in the middle (CONTRIBUTING.md)."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 800
    c_files = [*(ROOT / "streams").rglob("*.[ch]"), *(ROOT / "tests").rglob("*.c")]
    assert len(c_files) > 20
    files += c_files
    assert list(too_long(files)) == []


def test_a_file_of_one_line_more_is_found(tmp_path: Path) -> None:
    whole, more = tmp_path / "whole.py", tmp_path / "more.py"
    whole.write_text("x = 1\n" * MOST_LINES)
    more.write_text("x = 1\n" * (MOST_LINES + 1))
    assert list(too_long([whole, more])) == ["more.py: 251 lines"]
