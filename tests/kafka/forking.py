"""Processes of `consentry` that are forked from one in which its modules are imported already.

To import them takes most of the processor time of a short-lived worker, and the tests start
hundreds. A forked worker is a process as any other: its own memory, files and signals, and it
runs the same command line. What differs: the modules were imported before the environment, the
arguments and a test's fault were there (`processes.BEFORE_IMPORTS`), and all children of one
parent have the same hash seed.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
_LOOK_S: Final = 0.02


class ForkedProcess:
    """What the tests use of `subprocess.Popen`, for a child of the parent of all forked ones."""

    def __init__(self, parent: _Parent, pid: int) -> None:
        self._parent = parent
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or the signal as a negative number; None while it runs."""
        if self.returncode is None:
            self.returncode = self._parent.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if timeout is not None and deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"forked process {self.pid}", timeout)
            time.sleep(_LOOK_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)


class _Parent:
    """The process with the imported modules; it ends when its input does."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kafka.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=variables,
        )
        atexit.register(self._close)

    def ask(self, request: dict[str, Any]) -> Any:
        """Its answer to a request."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError(f"the parent of workers ended with {self._process.wait()}")
        return json.loads(answer)

    def _close(self) -> None:
        self._process.communicate()


@functools.cache
def _parent() -> _Parent:
    return _Parent(outer(os.environ))


def outer(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are not Consentry's own; libraries read some while they are imported."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("CONSENTRY_") and name != "PYTEST_CURRENT_TEST"
    }


def forked(
    program: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    log_file: Path,
    error_file: Path | None = None,
) -> ForkedProcess | None:
    """Start a program, its output in a file, or in two.

    None when its environment asks for a fresh Python.
    """
    if outer(environment) != _parent().variables:
        return None
    files = [log_file, error_file or log_file]
    for file in files:
        file.write_bytes(b"")
    pid: int = _parent().ask(
        {
            "program": program,
            "arguments": list(arguments),
            "environment": environment,
            "files": [str(file) for file in files],
        }
    )
    return ForkedProcess(_parent(), pid)
