"""The library is used only for the sources that are here, and only where it is wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams.compiled import PURE
from streams.dev import compile_native
from streams.native import library
from tests.native.compiled_here import is_built

WHICH = "from streams.native.library import LIBRARY; print(LIBRARY is not None)"


def run(**environment: str) -> str:
    """Whether a new process runs C."""
    environ = {name: one for name, one in os.environ.items() if name != PURE}
    asked = [sys.executable, "-c", WHICH]
    return subprocess.run(
        asked, env=environ | environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@is_built
def test_it_runs_where_it_is_compiled() -> None:
    assert run() == "True"


def test_python_runs_where_the_environment_says_so() -> None:
    assert run(CONSENTRY_PURE="1") == "False"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the library."""
    for module in (library, compile_native):
        monkeypatch.setattr(module, "FILE", tmp_path / "made" / library.FILE.name)
        monkeypatch.setattr(module, "STAMP", tmp_path / "made" / "native.json")
    return tmp_path


def test_where_there_is_no_compiler_it_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -x")
    assert "no C compiler (no-such-compiler)" in str(compile_native.main())
    assert list(place.iterdir()) == []
    assert not library.current()


def test_a_source_that_cannot_be_compiled_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "false")
    assert "failed" in str(compile_native.main())
    capsys.readouterr()
    assert list((place / "made").iterdir()) == []


@is_built
def test_it_is_compiled_once_and_again_for_another_source(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compile_native.main() is None
    assert library.current()
    made = library.FILE.stat().st_mtime_ns
    assert compile_native.main() is None
    assert library.FILE.stat().st_mtime_ns == made
    other = place / "source"
    other.mkdir()
    (other / "native.h").write_text("/* another */\n")
    monkeypatch.setattr(library, "SOURCE", other)
    assert not library.current()


@pytest.mark.parametrize("content", ["", "{}", "not JSON"])
def test_a_library_of_other_sources_is_not_used(place: Path, content: str) -> None:
    library.FILE.parent.mkdir()
    library.FILE.write_bytes(b"")
    library.STAMP.write_text(content)
    assert not library.current()


def test_a_file_that_is_no_library_is_an_import_error(place: Path) -> None:
    library.FILE.parent.mkdir()
    library.FILE.write_bytes(b"not a library")
    with pytest.raises(ImportError):
        library.load(library.FILE)
