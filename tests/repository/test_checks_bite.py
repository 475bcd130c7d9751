"""Each checker of `make lint` passes on a good file and fails on a bad one.

A misspelt key in a checker's configuration switches a rule off without a word; these
tests run the checkers as CI does, with this project's configuration.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GOOD = '"""A module."""\n\n\ndef double(number: int) -> int:\n    """Twice the number."""\n    return 2 * number\n'


def copied(folder: Path) -> Path:
    """The configuration and the packages, to break."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    leave = shutil.ignore_patterns("__pycache__", "_compiled", "results", "node_modules")
    for package in ("streams", "bench"):
        shutil.copytree(ROOT / package, folder / package, ignore=leave)
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which each test writes its own file."""
    return copied(tmp_path_factory.mktemp("copy"))


def run(folder: Path, tool: str, *arguments: str) -> tuple[int, str]:
    """Exit status and output of a tool of this environment."""
    done = subprocess.run(
        [Path(sys.executable).parent / tool, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def lint(folder: Path, where: str, text: str) -> tuple[int, str]:
    (folder / where).write_text(text, "utf-8")
    return run(folder, "ruff", "check", "--no-cache", where)


def test_ruff_lets_a_good_file_pass(copy: Path) -> None:
    status, said = lint(copy, "streams/core/extra.py", GOOD)
    assert status == 0, said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("import os\n", "F401"),
        ("from datetime import datetime, UTC\n\nNOW = datetime.now(UTC)\n", "TID251"),
        ("from datetime import date\n\nTODAY = date.today()\n", "TID251"),
        ("import time\n\nNOW = time.time()\n", "TID251"),
        ("from time import monotonic\n\nNOW = monotonic()\n", "TID251"),
        ("import random\n\nDRAWN = random.random()\n", "TID251"),
        ("import uuid\n\nID = uuid.uuid4()\n", "TID251"),
        ("def bare(number: int) -> int:\n    return number\n", "D103"),
        ("LOOSE = 1  # type: ignore\n", "PGH003"),
    ],
)
def test_ruff_finds_a_fault_in_the_core(copy: Path, text: str, code: str) -> None:
    status, said = lint(copy, "streams/core/extra.py", f'"""A module."""\n\n{text}')
    assert status == 1
    assert code in said


def test_a_clock_is_allowed_outside_the_core(copy: Path) -> None:
    text = '"""A module."""\n\nimport time\n\nNOW = time.time()\n'
    assert lint(copy, "streams/cli/extra.py", text)[0] == 0


def test_the_formatter_finds_a_crooked_file(copy: Path) -> None:
    (copy / "good.py").write_text(GOOD, "utf-8")
    (copy / "bad.py").write_text(GOOD.replace("2 * number", "2*number"), "utf-8")
    assert run(copy, "ruff", "format", "--check", "--no-cache", "good.py")[0] == 0
    assert run(copy, "ruff", "format", "--check", "--no-cache", "bad.py")[0] == 1


UNTYPED = {
    "no-untyped-def": "def double(number):\n    return 2 * number\n",
    "return-value": "def name() -> str:\n    return 1\n",
    "type-arg": "from typing import Any\n\n\ndef first(values: list) -> Any: ...\n",
}


def test_mypy_is_strict(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD, "utf-8")
    for number, text in enumerate(UNTYPED.values()):
        (tmp_path / f"bad_{number}.py").write_text(text, "utf-8")
    config = ["--config-file", str(ROOT / "pyproject.toml")]
    status, said = run(tmp_path, "mypy", *config, "good.py")
    assert status == 0, said
    names = [f"bad_{number}.py" for number in range(len(UNTYPED))]
    status, said = run(tmp_path, "mypy", *config, *names)
    assert status == 1
    for name, code in zip(names, UNTYPED, strict=True):
        assert re.search(rf"^{name}:.*\[{code}\]$", said, re.MULTILINE), said


def test_the_layers_hold(copy: Path) -> None:
    status, said = run(copy, "lint-imports", "--no-cache")
    assert status == 0, said


ACROSS = (
    ("core", "import asyncio", "asyncio"),
    ("core", "import logging", "logging"),
    ("core", "import fastavro", "fastavro"),
    ("core", "from streams.errors import ConsentryError", "streams.errors"),
    ("core", "from streams.wire import decode", "streams.wire.decode"),
    ("siem", "import socket", "socket"),
    ("siem", "from streams.transport import faust_driver", "streams.transport.faust_driver"),
    ("wire", "from streams.siem import formats", "streams.siem.formats"),
    ("wire", "from streams.transport import faust_driver", "streams.transport.faust_driver"),
    ("settings", "from streams.cli import main", "streams.cli.main"),
    ("transport", "from streams.app import anything", "streams.app"),
    ("agents", "from streams.dev import broker", "streams.dev.broker"),
)
"""Packages, what a file in them imports, and the module that it must not."""

CIRCLES = (
    ("bench/machine.py", "bench.recorder", "bench"),
    # Between two packages of one room, and between two files of one package.
    (
        "streams/transport/commit/partition_count.py",
        "streams.transport.tasks.fencing",
        "streams.transport",
    ),
    ("streams/agents/judged_batch.py", "streams.agents.partition_judge", "streams.agents"),
)
"""Files, what they come to import in a function, and where that closes a circle."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy with all of these, each import in a file of its own."""
    folder = copied(tmp_path_factory.mktemp("broken"))
    for number, (package, text, _) in enumerate(ACROSS):
        (folder / "streams" / package / f"extra_{number}.py").write_text(text + "\n", "utf-8")
    for where, module, _ in CIRCLES:
        with (folder / where).open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef more() -> object:\n    import {module} as it\n\n    return it\n")
    status, said = run(folder, "lint-imports", "--no-cache")
    assert status == 1, said
    return said


@pytest.mark.parametrize("number", range(len(ACROSS)), ids=[" ".join(one[:2]) for one in ACROSS])
def test_an_import_across_the_layers_is_found(broken: str, number: int) -> None:
    package, _, module = ACROSS[number]
    assert f"streams.{package}.extra_{number} -> {module} (l.1)" in broken


@pytest.mark.parametrize("room", [room for _, _, room in CIRCLES])
def test_a_circle_is_found(broken: str, room: str) -> None:
    """Also one that hides its import within a function."""
    assert "No circle between packages or files that stand side by side BROKEN" in broken
    assert f"No cycles are allowed in {room}." in broken
