"""A real OpenSearch on a port of this host, for the length of a `with`."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.clients.opensearch.files import OPENSEARCH
from tests.sinks.real import free_port

PATIENCE_S = 120


class OpenSearch(NamedTuple):
    """Where it answers."""

    url: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of a request. Raises HTTPError for one that is refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 - http on this host
            f"{self.url}/{path}", data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def found(self, index: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        """The documents that a query finds, in all that has been written."""
        self.ask("POST", f"{index}/_refresh")
        hits = self.ask("POST", f"{index}/_search?size=1000", {"query": query})
        return [hit["_source"] for hit in hits["hits"]["hits"]]


@contextmanager
def opensearch(folder: Path) -> Iterator[OpenSearch]:
    """A node of its own, without data. Skips the test where Java or its files are missing."""
    jars = OPENSEARCH.there() / "jars"
    java = shutil.which("java")
    if java is None or shutil.which("javac") is None:
        OPENSEARCH.missing("OpenSearch needs Java with its compiler: .ci/receivers installs it")
    for name in ("config", "modules", "plugins"):
        (folder / name).mkdir()
    port = free_port()
    source = Path(__file__).with_name("SearchNode.java")
    memory = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    command = [java, *memory, "-cp", f"{jars}/*", str(source), str(folder), str(port)]
    log = folder / "node.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=folder
        )
    try:
        node = OpenSearch(f"http://127.0.0.1:{port}")
        end = time.monotonic() + PATIENCE_S
        while not _answers(node):
            text = log.read_text("utf-8", "replace")
            assert process.poll() is None, text[-3_000:]
            assert time.monotonic() < end, f"{PATIENCE_S} s passed: {text[-3_000:]}"
            time.sleep(0.2)
        yield node
    finally:
        process.kill()
        process.wait()


def _answers(node: OpenSearch) -> bool:
    try:
        node.ask("GET", "")
    except (urllib.error.URLError, OSError):
        return False
    return True
