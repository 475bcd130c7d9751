"""A real Apicurio Registry in a process of its own, with its schemas in memory."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.dev.kafka_files import java_command
from tests.clients.registry.files import registry_files

PATIENCE_S = 120.0
CCOMPAT = "/apis/ccompat/v7"


@contextmanager
def apicurio() -> Iterator[str]:
    """The address of its Confluent-compatible interface."""
    app = registry_files() / "app"
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="consentry-apicurio-") as name:
        log = Path(name) / "log"
        command = [
            str(java_command()), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}",
            "-Dquarkus.management.host=127.0.0.1", "-Dquarkus.management.port=0", "-jar", str(app / "quarkus-run.jar"),
        ]  # fmt: skip
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=app, stdout=file, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}{CCOMPAT}"
            _wait(url, process, log)
            yield url
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            with urllib.request.urlopen(f"{url}/subjects", timeout=5):  # noqa: S310 - our own
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(log.read_text()[-4000:])
