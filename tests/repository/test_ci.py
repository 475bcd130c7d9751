"""What CI runs fails where any of its steps does, also one that runs beside another."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

SCRIPT: Final = Path(__file__).parents[2] / ".ci" / "run"
PARTS: Final = ("receivers", "clients", "registry", "platform")
STEP: Final = """#!/bin/sh
echo "$(basename "$0") $*" | tee -a "$STEPS"
case "$(basename "$0") $*." in "$FAILS"*) exit 3 ;; esac
"""
"""A program in the place of `make`, or of a part of CI: it fails where it is the one that is to."""


@pytest.fixture
def ci(tmp_path: Path) -> Path:
    """The script, with programs in the place of all that it runs."""
    folder = tmp_path / "tree" / ".ci"
    folder.mkdir(parents=True)
    shutil.copy(SCRIPT, folder)
    tools = tmp_path / "tools"
    tools.mkdir()
    for program in (tools / "make", *(folder / part for part in PARTS)):
        program.write_text(STEP)
        program.chmod(0o755)
    return folder / "run"


def run(script: Path, fails: str) -> tuple[int, str, list[str]]:
    """Exit code, output and steps, where the step that begins so fails."""
    steps = script.with_name("steps.txt")
    path = f"{script.parents[2] / 'tools'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", script],
        env=os.environ | {"PATH": path, "STEPS": str(steps), "FAILS": fails},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, steps.read_text().splitlines()


def test_every_step_is_taken(ci: Path) -> None:
    code, said, steps = run(ci, "none")
    assert code == 0
    assert sorted(steps) == sorted(
        [
            *(f"{part} " for part in PARTS),
            "make .venv/.project",
            "make .venv/.start-archive .venv/.receivers",
            "make peers",
            "make --jobs 2 --output-sync setup lint",
            "make fuzz MINUTES=1",
            "make test-pure ARGS=--timeout=1200",
            "make test",
        ]
    )
    assert "make test\n" in said
    assert said.endswith("make test-pure ARGS=--timeout=1200\n")


@pytest.mark.parametrize(
    "step",
    [
        *PARTS,
        "make .venv/.project",
        "make .venv/.start-archive",
        "make peers",
        "make --jobs",
        "make fuzz",
        "make test-pure",
        "make test.",
    ],
)
def test_a_step_that_fails_fails_the_run(ci: Path, step: str) -> None:
    assert run(ci, step)[0] != 0
