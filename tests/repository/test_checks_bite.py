"""Each checker of `make lint` passes on a good file and fails on a bad one.

A misspelt key in a checker's configuration switches a rule off without a word; these
tests run the checkers as CI does, with this project's configuration.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GOOD = '"""A module."""\n\n\ndef double(number: int) -> int:\n    """Twice the number."""\n    return 2 * number\n'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The configuration and the packages, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("streams", "bench"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "results", "node_modules"),
        )
    return tmp_path


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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def double(number):\n    return 2 * number\n", "no-untyped-def"),
        ("def name() -> str:\n    return 1\n", "return-value"),
        ("from typing import Any\n\n\ndef first(values: list) -> Any: ...\n", "type-arg"),
    ],
)
def test_mypy_is_strict(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "good.py").write_text(GOOD, "utf-8")
    (tmp_path / "bad.py").write_text(text, "utf-8")
    config = ["--config-file", str(ROOT / "pyproject.toml")]
    status, said = run(tmp_path, "mypy", *config, "good.py")
    assert status == 0, said
    status, said = run(tmp_path, "mypy", *config, "bad.py")
    assert status == 1
    assert f"[{code}]" in said


def test_the_layers_hold(copy: Path) -> None:
    status, said = run(copy, "lint-imports", "--no-cache")
    assert status == 0, said


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("core/extra.py", "import asyncio"),
        ("core/extra.py", "import logging"),
        ("core/extra.py", "import fastavro"),
        ("core/extra.py", "from streams.errors import ConsentryError"),
        ("core/extra.py", "from streams.wire import decode"),
        ("siem/extra.py", "import socket"),
        ("siem/extra.py", "from streams.transport import faust_driver"),
        ("wire/extra.py", "from streams.siem import formats"),
        ("wire/extra.py", "from streams.transport import faust_driver"),
        ("settings/extra.py", "from streams.cli import main"),
        ("transport/extra.py", "from streams.app import anything"),
        ("agents/extra.py", "from streams.dev import broker"),
    ],
)
def test_an_import_across_the_layers_is_found(copy: Path, where: str, text: str) -> None:
    (copy / "streams" / where).write_text(text + "\n", "utf-8")
    status, said = run(copy, "lint-imports", "--no-cache")
    assert status == 1, said
    assert "BROKEN" in said
    assert f"streams.{where.removesuffix('.py').replace('/', '.')}" in said


@pytest.mark.parametrize(
    ("where", "module"),
    [
        ("bench/machine.py", "bench.recorder"),
        # Between two packages of one room, and between two files of one package.
        ("streams/transport/commit/partition_count.py", "streams.transport.tasks.fencing"),
        ("streams/agents/judged_batch.py", "streams.agents.partition_judge"),
    ],
)
def test_a_circle_is_found(copy: Path, where: str, module: str) -> None:
    """Also one that hides its import within a function."""
    with (copy / where).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef more() -> object:\n    import {module} as it\n\n    return it\n")
    status, said = run(copy, "lint-imports", "--no-cache")
    assert status == 1, said
    assert "No circle between packages or files that stand side by side BROKEN" in said
