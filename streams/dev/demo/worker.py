"""The worker of the demo: a process of its own, as in production."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.dev import guard
from streams.errors import ConsentryError

_READY_WITHIN_S = 60.0
_STOP_WITHIN_S = 15.0
_TAIL_LINES = 5


class WorkerProcess:
    """`consentry worker` with its log in a file; stopped at the end of a `with` block."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        """`settings`: values by name, handed over in the environment, alone.

        Settings of the person who runs the demo would point the worker elsewhere.
        """
        self.log_file = folder / "worker.log"
        self._ready_file = folder / "worker.ready"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENTRY_")}
        self._environment = kept | {f"CONSENTRY_{k.upper()}": v for k, v in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when its partitions are restored.

        Raises ConsentryError with the end of its log when it ends before that.
        """
        self._ready_file.unlink(missing_ok=True)
        worker = [sys.executable, "-m", "streams.cli.main", "worker"]
        worker += ["--ready-file", str(self._ready_file), "--json-logs"]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(self.log_file), *worker],
            # The guard ends the worker when this pipe closes, however this process ends.
            stdin=subprocess.PIPE,
            env=self._environment,
            # Ctrl-C is for the demo, which then stops the worker in good order.
            start_new_session=True,
        )
        deadline = time.monotonic() + _READY_WITHIN_S
        while not (self._ready_file.exists() and self._ready_file.stat().st_size):
            self.require_running()
            if time.monotonic() > deadline:
                self.stop()
                raise self._failed(f"the worker was not ready within {_READY_WITHIN_S:.0f} s")
            time.sleep(0.05)

    def require_running(self) -> None:
        """Raise ConsentryError, with the end of its log, if the worker has ended."""
        status = None if self._process is None else self._process.poll()
        if status is not None:
            raise self._failed(f"the worker ended with exit code {status}")

    def stop(self) -> None:
        """Ask it to stop (SIGTERM), wait, and end it if it does not."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it without warning (SIGKILL)."""
        if self._process is None:
            return
        # The guard leads a process group of its own, and the worker is in it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _failed(self, problem: str) -> ConsentryError:
        """What is wrong, where the log is, and its last lines."""
        lines = self.log_file.read_text("utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        tail = [line[:300] for line in lines]
        return ConsentryError(problem, f"Its log is {self.log_file}; it ends with:", steps=tail)
