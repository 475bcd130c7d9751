"""Findings as consumers in Java and JavaScript read them through a schema registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from tests.clients.registry.apicurio import CCOMPAT
from tests.clients.registry.files import missing, registry_files

FOLDER: Final = Path(__file__).parent


class Read(NamedTuple):
    """A finding as a client read it."""

    key: str
    violation_id: str
    revision: int
    code: str


def java_reads(brokers: str, url: str, topic: str) -> list[Read]:
    """All records of a topic, by Apicurio's deserializer for Kafka's own client."""
    home = os.environ.get("JAVA_HOME")
    compiler = shutil.which("javac", path=f"{home}/bin" if home else None)
    if compiler is None:
        missing("a Java compiler (javac) is not installed (Debian: default-jdk-headless)")
    classes = str(registry_files() / "jars" / "*")
    command = [
        str(Path(compiler).resolve().with_name("java")), "-XX:TieredStopAtLevel=1", "-cp", classes,
        str(FOLDER / "ReadFindings.java"), brokers,
        url.removesuffix(CCOMPAT) + "/apis/registry/v3", topic,
    ]  # fmt: skip
    rows = [line.split("\t") for line in _run(command) if "\t" in line]
    assert {row[1] for row in rows} <= {"consentry.v1.Finding"}
    return [Read(key, one_id, int(revision), code) for key, _, one_id, revision, code in rows]


def node_reads(brokers: str, url: str, topic: str, count: int) -> list[Read]:
    """So many records of a topic, by kafkajs and its client of schema registries."""
    script = node_script("read_findings.js", "@kafkajs/confluent-schema-registry")
    return [Read(*json.loads(line)) for line in _run([*script, brokers, url, topic, str(count)])]


def node_script(name: str, package: str) -> list[str]:
    """The command of a script. Skips the test, or fails it, where a package is missing."""
    node = shutil.which("node")
    if node is None:
        missing("node is not installed (Debian: apt-get install nodejs npm)")
    if not (FOLDER / "node_modules" / package).is_dir():
        missing(f"{package} is not installed (npm ci --prefix tests/clients/registry)")
    return [node, str(FOLDER / name)]


def _run(command: list[str]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()
