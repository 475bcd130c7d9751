"""The compiled modules stand for their sources, and only for them."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import pytest

from streams import compiled
from streams.dev import compile as build


def run(code: str, **environment: str) -> str:
    """What a new process prints."""
    environ = {name: one for name, one in os.environ.items() if name != compiled.PURE}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


WHERE = (
    "from streams import compiled; import importlib;"
    "print({importlib.import_module(name).__file__.rpartition('.')[2] for name in compiled.HOT})"
)
is_built = pytest.mark.skipif(
    not compiled.SOURCES.exists(), reason="nothing is compiled here (make setup says why)"
)


def test_sources_are_run_where_the_environment_says_so() -> None:
    assert run(WHERE, CONSENTRY_PURE="1") == "{'py'}"


@is_built
def test_all_are_compiled_or_none() -> None:
    expected = (
        "{'so'}"
        if run("from streams import compiled; print(compiled.usable())") == "True"
        else "{'py'}"
    )
    assert run(WHERE) == expected


@is_built
def test_every_event_is_judged_as_by_the_sources_when_there_are_indexes() -> None:
    """Classes that a compiled module declares are not all that they are declared to be."""
    program = "from tests.compiled.every_event import digest_of_outputs; print(digest_of_outputs())"
    assert run(program) == run(program, CONSENTRY_PURE="1")


def test_every_module_has_a_source_whose_tests_are_run_as_python_too() -> None:
    command = Path("Makefile").read_text().split("test-pure: setup", 1)[1].split("\n\n", 1)[0]
    rooms = {
        "streams.check.": "tests/check",
        "streams.core.": "tests/core",
        "streams.wire.": "tests/wire",
    }
    alone = {
        "streams.agents.assumed": "tests/agents/test_assumed.py",
        "streams.agents.judged_batch": "tests/agents/test_partition_judge.py",
        "streams.agents.limit": "tests/agents/test_partition_judge.py",
        "streams.agents.output_encoder": "tests/agents/test_partition_judge.py",
        "streams.agents.once": "tests/agents/test_once.py",
        "streams.agents.record_run": "tests/agents/test_record_run.py",
        "streams.agents.short_way": "tests/agents/test_partition_judge.py",
        "streams.agents.subject_cache": "tests/agents/test_subject_cache.py",
        "streams.measures.assumption_counts": "tests/agents/test_assumed.py",
        "streams.transport.fetch.weight": "tests/transport/test_partition_group_room.py",
        "streams.transport.state.memory": "tests/transport/test_row_store.py",
        "streams.transport.state.row_loading": "tests/transport/test_row_store.py",
    }
    for module in compiled.HOT:
        assert compiled.source_of(module).is_file()
        tests = alone.get(module) or next(
            tests for room, tests in rooms.items() if module.startswith(room)
        )
        assert tests in command.split()


@pytest.fixture
def stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the digests of what was compiled."""
    monkeypatch.delenv(compiled.PURE, raising=False)
    place = tmp_path / "sources.json"
    monkeypatch.setattr(compiled, "SOURCES", place)
    return place


def recorded(suffix: str = EXTENSION_SUFFIXES[0], **changed: str) -> str:
    return json.dumps({"for": suffix, "sources": compiled.digests() | changed})


def test_what_was_compiled_from_these_sources_is_used(stamp: Path) -> None:
    stamp.write_text(recorded())
    assert compiled.usable()


@pytest.mark.parametrize(
    "content",
    [
        recorded(**{"streams.core.judge": "0" * 64}),
        recorded(**{"streams.core.another": "0" * 64}),
        recorded(".cpython-39-darwin.so"),
        "{}",
        "not JSON",
    ],
    ids=["a changed source", "another module", "another Python", "nothing", "damage"],
)
def test_what_was_compiled_from_others_is_not(stamp: Path, content: str) -> None:
    stamp.write_text(content)
    assert not compiled.usable()


def test_nothing_is_used_where_nothing_was_compiled(stamp: Path) -> None:
    assert not stamp.exists()
    assert not compiled.usable()


def test_where_there_is_no_compiler_it_is_said_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "FOLDER", tmp_path / "compiled")
    monkeypatch.setattr(build, "SOURCES", tmp_path / "compiled" / "sources.json")
    monkeypatch.setenv("CC", "no-such-compiler -x")
    build.main()
    printed = capsys.readouterr().out
    assert "not compiled: no C compiler (no-such-compiler)" in printed
    assert "plain Python" in printed
    assert not (tmp_path / "compiled").exists()


def test_a_finder_finds_nothing_else() -> None:
    finder = compiled._Finder()
    assert finder.find_spec("streams.core.events") is None
    assert finder.find_spec("json") is None
    found = finder.find_spec("streams.core.judge", None, ModuleType("x"))
    assert found is not None
    assert found.origin == str(compiled.FOLDER / f"streams.core.judge{EXTENSION_SUFFIXES[0]}")


NEVER_KEYS = {"Signal", "Decoded", "Found", "Particulars"}
"""Values that compiled modules hand over and nobody looks up by."""


def declared_frozen(source: str) -> set[str]:
    """Classes that a module declares as frozen, as enumeration or as named tuple."""
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
        and (
            any(one.arg == "frozen" for one in node.keywords)
            or any(ast.unparse(base).endswith(("Enum", "NamedTuple")) for base in node.bases)
        )
    }


def test_no_key_of_a_table_is_declared_in_a_compiled_module() -> None:
    """mypyc drops `frozen=True`: such a value has no hash there, and has one in the source."""
    found = {
        name
        for module in compiled.HOT
        for name in declared_frozen(compiled.source_of(module).read_text("utf-8"))
    }
    assert found == NEVER_KEYS


def test_a_frozen_class_is_found() -> None:
    source = "class Look(msgspec.Struct, frozen=True):\n    rest: bool\nclass Plain:\n    pass\n"
    assert declared_frozen(source) == {"Look"}
    assert declared_frozen("class Kind(Enum):\n    A = 1\n") == {"Kind"}


def sized_without_truth(source: str) -> set[str]:
    """Classes of a module that have a length and do not say themselves whether they are true."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            if "__len__" in methods and "__bool__" not in methods:
                found.add(node.name)
    return found


def test_what_has_a_length_says_whether_it_is_true() -> None:
    """mypyc reads the truth of an optional object as "not None" where there is no __bool__."""
    for module in compiled.HOT:
        assert not sized_without_truth(compiled.source_of(module).read_text("utf-8")), module
    assert sized_without_truth("class A:\n    def __len__(self):\n        return 0\n") == {"A"}
