"""Kafka's programs as child processes: the storage tool, and the broker under its guard."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from streams.dev import guard
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Any fixed one: each data folder holds a cluster of one node that nobody else joins.
_CLUSTER_ID = "Y29uc2VudHJ5LWxvY2FsMA"


@contextlib.contextmanager
def folder_lock(data_dir: Path) -> Iterator[int]:
    """The right to run the one broker of a data folder, as an open file.

    A process that inherits the file keeps the lock until it ends, so it cannot be left behind.
    Kafka has a lock of its own, but finds it late, after its settings were overwritten.

    Raises ConsentryError when another broker has it.
    """
    lock = os.open(data_dir / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConsentryError(
                f"the data folder {data_dir} is in use by another Kafka",
                "Stop that one, or choose another folder.",
            ) from None
        yield lock
    finally:
        os.close(lock)


def format_storage(
    java: Sequence[str], data_dir: Path, properties_file: Path, users: Sequence[str]
) -> None:
    """Prepare a data folder; `users` are the storage tool's arguments for SCRAM users.

    Raises ConsentryError with what Kafka says when it cannot.
    """
    arguments = ["format", "-t", _CLUSTER_ID, "-c", str(properties_file), *users]
    # From a file, since everybody may read a command line.
    argument_file = data_dir / "format-arguments"
    argument_file.touch(mode=0o600)
    try:
        argument_file.write_text("\n".join(arguments) + "\n", "utf-8")
        done = subprocess.run(
            # It runs for a second: compiling it well takes longer than it saves.
            [*java, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", f"@{argument_file}"],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        argument_file.unlink()
    if done.returncode != 0:
        raise ConsentryError(
            f"Kafka could not prepare the data folder {data_dir}",
            f"It said: {complaint(done.stdout + done.stderr)}",
        )


class KafkaProcess:
    """One run of the broker, from its launch to its end."""

    def __init__(
        self, java: Sequence[str], properties_file: Path, log_file: Path, lock: int
    ) -> None:
        self._log_file = log_file
        log_file.touch()
        # The log goes on over restarts; this run's part begins here.
        self._log_start = log_file.stat().st_size
        command = [*java, *_LOGGING, "kafka.Kafka", str(properties_file)]
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(log_file), *command],
            stdin=subprocess.PIPE,
            pass_fds=(lock,),
            # Ctrl-C in a terminal goes to a whole group; Kafka must outlive the clients
            # that still commit, and is stopped by the process that started it.
            start_new_session=True,
        )

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._guard.poll() is None

    def stop(self) -> None:
        """End it in good order."""
        # The guard takes the end of its input for the end of its parent.
        self._close_input()
        self._guard.wait()

    def kill(self) -> None:
        """End it with SIGKILL."""
        # The guard leads a process group of its own, and Kafka is in it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.wait()
        self._close_input()

    def said(self) -> str:
        """The log of this run."""
        with self._log_file.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def _close_input(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()


_LOGGING = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


def complaint(said: str) -> str:
    """The errors among Kafka's lines, else the last line.

    For messages, in full: a temporary folder with the log is gone when they are read.
    """
    lines = [line.strip() for line in said.splitlines()]
    errors = [line for line in lines if "Exception:" in line or " ERROR " in line]
    return "; ".join(dict.fromkeys(errors)) or (lines[-1] if lines else "nothing")
