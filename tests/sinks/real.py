"""Real receivers, each a process of its own on a port of this host.

tenzir comes from PyPI with `make test`. The others are Debian's; without them tests skip and
name the package, or fail where CONSENTRY_REQUIRE_RECEIVERS is 1, as in CI.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.siem.receiver import TENZIR

PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens, without connecting: receivers log connections that say nothing."""
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text("ascii").splitlines()[1:]
    ]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, port: int, name: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program until the block ends; it listens on the port when the block begins."""
    output = folder / f"{name}.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log if name != "tenzir" else (folder / "events.ndjson").open("wb"),
            stderr=log,
            cwd=folder,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin:/usr/sbin"},
        )
        try:
            until(lambda: listens(port) or process.poll() is not None, f"{name} listens")
            assert process.poll() is None, output.read_text("utf-8", "replace")[-3_000:]
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def tenzir(pipeline: str, folder: Path, port: int) -> Iterator[Path]:
    """A pipeline of tenzir that listens on a port; the file has what it wrote."""
    with running([TENZIR, "--bare-mode", pipeline], folder, port, "tenzir"):
        yield folder / "events.ndjson"


def until(condition: Any, what: str) -> None:
    """Wait for a condition, with a limit."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{PATIENCE_S} s passed before {what}"
        time.sleep(0.02)


def events(path: Path, count: int) -> list[dict[str, Any]]:
    """The first `count` lines of JSON in a file, when they are there."""

    def lines() -> list[str]:
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else []

    until(lambda: len(lines()) >= count, f"{count} events in {path.name}")
    return [json.loads(line) for line in lines()]
