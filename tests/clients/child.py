"""Clients of other languages, each in a process that is driven line by line.

A line is a record: codec, topic, and key and value in Base64, with tabs between. A full stop
asks to wait until the broker has all; the answer is `done`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import pytest

from streams.dev.kafka_files import kafka_jars
from tests.clients.message import Message

REQUIRED: Final = "CONSENTRY_REQUIRE_CLIENTS"
"""Set to 1 where nothing may be skipped, as in CI."""

FOLDER: Final = Path(__file__).parent


class _Child:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    def send(self, messages: Sequence[Message]) -> None:
        lines = [
            b"\t".join(
                (one.codec.encode(), one.topic.encode(), b64encode(one.key), b64encode(one.value))
            )
            for one in messages
        ]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n".join([*lines, b".", b""]))
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer == b"done\n", self._log.read_text()


@contextmanager
def _running(command: Sequence[str]) -> Iterator[_Child]:
    with tempfile.TemporaryDirectory(prefix="consentry-client-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file
            )
        try:
            yield _Child(process, log)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(30) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@contextmanager
def java(bootstrap: str) -> Iterator[_Child]:
    """Kafka's own client, of the jars that the local broker runs from."""
    home = os.environ.get("JAVA_HOME")
    compiler = shutil.which("javac", path=f"{home}/bin" if home else None)
    if compiler is None:
        _missing("a Java compiler (javac) is not installed (Debian: default-jdk-headless)")
    command = Path(compiler).resolve().with_name("java")
    classes = ":".join(str(jar) for jar in kafka_jars())
    program = FOLDER / "java" / "Producers.java"
    with _running([str(command), "-cp", classes, str(program), bootstrap]) as child:
        yield child


@contextmanager
def kafkajs(bootstrap: str) -> Iterator[_Child]:
    """kafkajs, with the packages of its lock file."""
    node = shutil.which("node")
    if node is None:
        _missing("node is not installed (Debian: apt-get install nodejs npm)")
    folder = FOLDER / "kafkajs"
    if not (folder / "node_modules" / "kafkajs").is_dir():
        _missing("kafkajs is not installed (npm ci --prefix tests/clients/kafkajs)")
    with _running([node, str(folder / "producers.js"), bootstrap]) as child:
        yield child


def _missing(said: str) -> NoReturn:
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(said)
    pytest.skip(said)
