"""Tests that hang are ended and named (`tests/hanging.py`)."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.kafka.processes import until

ROOT = Path(__file__).parents[2]

HANGS = """
import threading

def test_that_hangs():
    open("begun", "w").close()
    try:
        threading.Event().wait()
    finally:
        threading.Event().wait()
"""


def hanging(folder: Path, *options: str) -> subprocess.Popen[str]:
    """A run of one test that hangs, and again when it is ended."""
    (folder / "test_it.py").write_text(HANGS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.hanging", "-p", "no:cacheprovider"]
    return subprocess.Popen(
        [*command, "--rootdir", str(folder), *options, str(folder)],
        cwd=folder, env={"PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_one_that_does_not_end_at_its_timeout_is_ended_and_named(tmp_path: Path) -> None:
    run = hanging(tmp_path, "--timeout=1", "-o", "ended_after_s=1")
    _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "Timeout" in said
    assert "in test_that_hangs" in said


def test_a_run_that_is_ended_says_in_which_test(tmp_path: Path) -> None:
    run = hanging(tmp_path, "--timeout=60")
    until(lambda: (tmp_path / "begun").exists() or None, "the test begins")
    run.terminate()
    _, said = run.communicate(timeout=60)
    assert run.returncode == -signal.SIGTERM
    assert "ended from outside in test_it.py::test_that_hangs (call)" in said
