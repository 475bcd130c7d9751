"""Worker processes of a test, and waiting for what they do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tests.kafka.forking import ROOT, ForkedProcess, forked

PATIENCE_S = 40.0
BEFORE_IMPORTS = ("sys.modules", "time.time", "sabotage.jump")
"""Texts of faults that must come before the imports: modules take their own copy of it then."""

COMMAND = "import sys; from streams.cli.main import main; sys.exit(main(sys.argv[1:]))"


@dataclass(slots=True)
class WorkerProcess:
    """`consentry worker` as a child process, its log read as it comes."""

    process: subprocess.Popen[bytes] | ForkedProcess
    log_file: Path
    started: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        lines = self.log_file.read_bytes().splitlines()
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def text(self) -> str:
        """All that it wrote."""
        return self.log_file.read_text()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of one kind."""
        return [line for line in self.events if line["event"] == event]

    def wait_for(self, event: str, count: int = 1, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The line of a kind, once there are `count`; fails when the process ends first."""

        def look() -> dict[str, Any] | None:
            found = self.logged(event)
            return found[count - 1] if len(found) >= count else None

        line: dict[str, Any] = until(look, f"{event} x {count}", seconds, self)
        return line

    def ready(self) -> Self:
        """Wait until its partitions are restored."""
        self.wait_for("worker.ready")
        return self

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(20)
        return code, time.monotonic() - began

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """Wait for it to end by itself; the exit code."""
        return self.process.wait(seconds)

    def pause(self) -> None:
        """SIGSTOP: it is there and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)


def started(
    program: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    log_file: Path,
    *,
    fault: str = "",
) -> WorkerProcess:
    """Start a program with its output in a file, and do not wait.

    `fault` is Python that its process runs first. A fresh Python is started for programs of
    `tests`, and for a fault of `BEFORE_IMPORTS`: others replace what a module or a class looks up
    when it is called, which is the same before and after the imports.
    """
    if "tests" not in program and not any(one in fault for one in BEFORE_IMPORTS):
        process = forked(f"{fault}\n{program}", arguments, environment, log_file)
        if process is not None:
            return WorkerProcess(process, log_file)
    with log_file.open("wb") as log:
        fresh = subprocess.Popen(
            [sys.executable, "-c", f"{fault}\n{program}", *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,  # so that faults and programs can import from `tests`
            env=environment,
        )
    return WorkerProcess(fresh, log_file)


def completed(
    words: Sequence[str], environment: dict[str, str], *, seconds: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run `consentry` with these words to its end. Raises subprocess.TimeoutExpired."""
    with TemporaryDirectory(prefix="consentry-test-") as folder:
        files = [Path(folder, name) for name in ("output", "errors")]
        process = forked(COMMAND, words, environment, *files)
        if process is None:
            return subprocess.run(
                [sys.executable, "-c", COMMAND, *words],
                cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds,
                check=False,
            )  # fmt: skip
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess([*words], code, *(file.read_text() for file in files))


def until(
    look: Any,
    what: str,
    seconds: float = PATIENCE_S,
    worker: WorkerProcess | subprocess.Popen[str] | None = None,
) -> Any:
    """What `look` gives once it is not None; fails after a while or when the worker ends.

    The failure shows what the worker wrote; a program with pipes in its place is killed for that.
    """
    process = worker.process if isinstance(worker, WorkerProcess) else worker
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended with {process.poll()} before {what}{_written(worker)}")
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}{_written(worker)}")


def _written(worker: WorkerProcess | subprocess.Popen[str] | None) -> str:
    if worker is None:
        return ""
    if isinstance(worker, WorkerProcess):
        return f":\n{worker.text}"
    worker.kill()
    return ":\n" + "\n".join(text for text in worker.communicate() if text)
