"""Runs one command and ends it when the process that asked for it is gone.

Usage: `python guard.py LOG_FILE COMMAND...`, with a pipe as standard input. The pipe's
other end belongs to the parent; the kernel closes it however the parent ends, `kill -9`
included. Then the command gets SIGTERM, and SIGKILL when it has not ended in time. A
broker started for a test can therefore not outlive the test run.

A process of its own rather than `PR_SET_PDEATHSIG` alone, because that signal is sent
when the starting *thread* ends and exists on Linux only. The guard itself sets it for
the command, so that killing the guard kills the command too.

Standard library only: it runs with `-I -S` and starts in a few milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

_STOP_TIMEOUT_S = 20.0
_PR_SET_PDEATHSIG = 1


def _die_with_guard() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL for a command that does not listen."""
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        child.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()


def main(log_file: str, command: list[str]) -> int:
    """Run `command` until it ends or standard input does; return its exit status."""
    with Path(log_file).open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_guard,  # noqa: PLW1509 - no thread has been started yet
        )

    def end_after_parent() -> None:
        # Not through sys.stdin, whose lock a reading thread would hold: the interpreter
        # aborts on it when the command ends first and this process with it.
        while os.read(0, 1):
            pass
        _end(child)

    threading.Thread(target=end_after_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
