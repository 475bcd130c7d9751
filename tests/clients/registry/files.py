"""Apicurio Registry and its Java deserializer: `python -m tests.clients.registry.files`.

`files.txt` names every file by its coordinate on Maven Central and its SHA-256: the
distribution of the registry first, then the jars of the deserializer with what they need. They
are downloaded once into the user's cache (190 MB); tests that need them skip where they are not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest

from streams.dev.cache import cache_dir
from streams.dev.kafka_files import REPOSITORY_VARIABLE
from streams.terminal.out import say

if TYPE_CHECKING:
    from jgo.maven import MavenContext

REQUIRED = "CONSENTRY_REQUIRE_REGISTRY"
"""Set to 1 where nothing may be skipped, as in CI."""


class Pin(NamedTuple):
    """A file: its coordinate, as `group:artifact:version[:packaging:classifier]`, and hash."""

    coordinate: str
    sha256: str


def pins() -> list[Pin]:
    """All files, the registry's distribution first."""
    lines = Path(__file__).with_name("files.txt").read_text("utf-8").splitlines()
    return [Pin(*line.split()) for line in lines]


def folder() -> Path:
    """Where they are kept, by their hashes; `app` is the registry, `jars` the deserializer."""
    digest = hashlib.sha256(repr(pins()).encode()).hexdigest()[:12]
    return cache_dir() / "registry" / digest


def registry_files() -> Path:
    """The folder. Skips the test, or fails it, where nothing was downloaded."""
    found = folder()
    if not found.is_dir():
        missing("Apicurio Registry is not there: make test fetches it where it can be reached")
    return found


def missing(said: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(said)
    pytest.skip(said)


def fetch() -> None:
    """Download what is not there yet, whole or not at all."""
    from jgo.maven import MavenContext

    target = folder()
    if target.is_dir():
        return
    say(f"downloading Apicurio Registry for the tests, once: {len(pins())} files, 190 MB")
    target.parent.mkdir(parents=True, exist_ok=True)
    mirror = os.environ.get(REPOSITORY_VARIABLE)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=target.parent) as name:
        partial = Path(name)
        context = MavenContext(
            repo_cache=partial / "repository",
            remote_repos={"chosen": mirror.rstrip("/")} if mirror else None,
            timeout=60,
        )
        ready = partial / "ready"
        (ready / "jars").mkdir(parents=True)
        app, *jars = pins()
        with ThreadPoolExecutor(8) as pool:
            for jar in pool.map(lambda pin: _file(context, pin), jars):
                shutil.move(jar, ready / "jars" / jar.name)
        with tarfile.open(_file(context, app)) as packed:
            packed.extractall(ready / "app", filter="data")
        ready.rename(target)


def _file(context: MavenContext, pin: Pin) -> Path:
    group, artifact, version, *more = pin.coordinate.split(":")
    packaging, classifier = more or ("jar", "")
    one = context.project(group, artifact).at_version(version)
    found = Path(one.artifact(classifier, packaging).resolve())
    digest = hashlib.sha256(found.read_bytes()).hexdigest()
    if digest != pin.sha256:
        raise SystemExit(f"error: {pin.coordinate} has the SHA-256 {digest}, pinned {pin.sha256}")
    return found


if __name__ == "__main__":
    try:
        fetch()
    except Exception as error:  # noqa: BLE001 - jgo's and the network's are of many classes
        raise SystemExit(f"error: Apicurio Registry could not be fetched: {error}") from None
