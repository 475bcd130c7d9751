"""Small objects lie in pages of 2 MiB once that was asked for, stay what they are, and go back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.dev.compile_native import compile_library
from streams.native.arenas import GIVEN, arenas_in_huge_pages, kernel_gives
from streams.native.library import FILE, SOURCE
from tests.fuzz import library
from tests.native.arenas_process import MANY
from tests.native.compiled_here import is_built

ROOT = Path(__file__).parents[2]
FULL = MANY * 400
"""About what the objects take, in bytes."""

Figures = dict[str, dict[str, int]]


def run(file: Path, **environment: str) -> Figures:
    """The figures that the process prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.native.arenas_process", str(file)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures: Figures = json.loads(done.stdout)
    return figures


def in_huge_pages(figures: Figures) -> bool:
    """Whether most of what was made lies there."""
    return figures["full"]["huge"] > FULL * 0.8


@is_built
def test_they_lie_in_huge_pages_where_the_kernel_gives_them() -> None:
    figures = run(FILE)
    assert in_huge_pages(figures) is kernel_gives()
    # Halves that are free stay, as long as the other half is in use.
    assert figures["churned"]["rss"] < figures["full"]["rss"] * 1.1
    assert figures["empty"]["rss"] < figures["full"]["rss"] - 0.9 * FULL


@is_built
def test_without_python_arenas_there_are_none() -> None:
    """The negative of the test above: what is measured can fail."""
    assert not in_huge_pages(run(FILE, PYTHONMALLOC="malloc"))


@pytest.mark.skipif(
    library.runtime() is None, reason="the C compiler has no AddressSanitizer: apt-get install gcc"
)
def test_the_sanitizers_find_nothing(tmp_path: Path) -> None:
    environment = library.environment() | {"PYTHONMALLOC": "pymalloc"}
    figures = run(library.build(tmp_path), **environment)
    assert figures["empty"]["rss"] < figures["full"]["rss"] - 0.9 * FULL


@is_built
def test_an_arena_that_is_handed_out_twice_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source)
    file = source / "arenas.c"
    taken = "    from->taken |= (uint64_t)1 << place;\n"
    assert file.read_text().count(taken) == 1
    file.write_text(file.read_text().replace(taken, ""))
    made = tmp_path / FILE.name
    assert compile_library(made, folder=source) is None
    with pytest.raises(AssertionError):
        run(made)


@pytest.mark.parametrize(
    ("said", "gives"),
    [
        ("always [madvise] never\n", True),
        ("[always] madvise never\n", True),
        ("always madvise [never]\n", False),
    ],
)
def test_the_kernels_word(said: str, tmp_path: Path, *, gives: bool) -> None:
    file = tmp_path / GIVEN.name
    file.write_text(said)
    assert kernel_gives(file) is gives


def test_a_kernel_without_a_word_gives_none(tmp_path: Path) -> None:
    assert not kernel_gives(tmp_path / "not there")


def test_nothing_is_asked_without_the_c_or_where_there_are_none() -> None:
    class Elsewhere:
        """A library on another platform."""

        arenas_in_huge_pages: Callable[[], bool] = staticmethod(lambda: False)

    library_of: Any = Elsewhere()
    assert not arenas_in_huge_pages(None)
    assert not arenas_in_huge_pages(library_of)
