"""Files of Maven Central that tests run, by coordinate and SHA-256, in the user's cache."""

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


class Pin(NamedTuple):
    """A file: its coordinate, as `group:artifact:version[:packaging:classifier]`, and hash."""

    coordinate: str
    sha256: str


class PinnedFiles(NamedTuple):
    """A program for the tests: its files are listed in a file, one a line.

    Where `required` is set to 1 in the environment, as in CI, nothing is skipped for want of it.
    """

    name: str
    title: str
    listed: Path
    megabytes: int
    required: str

    def pins(self) -> list[Pin]:
        """All files."""
        return [Pin(*line.split()) for line in self.listed.read_text("utf-8").splitlines()]

    def folder(self) -> Path:
        """Where they are kept, by their hashes: `jars`, and `app` for what was packed."""
        digest = hashlib.sha256(repr(self.pins()).encode()).hexdigest()[:12]
        return cache_dir() / self.name / digest

    def there(self) -> Path:
        """The folder. Skips the test, or fails it, where nothing was downloaded."""
        found = self.folder()
        if not found.is_dir():
            self.missing(f"{self.title} is not there: make test fetches it where it can be reached")
        return found

    def missing(self, why: str) -> NoReturn:
        """Skip the test, or fail it where nothing may be skipped."""
        if os.environ.get(self.required) == "1":
            pytest.fail(why)
        pytest.skip(why)

    def fetch(self) -> None:
        """Download what is not there yet, whole or not at all. Ends the process where it cannot."""
        try:
            self._fetch()
        except Exception as error:  # noqa: BLE001 - jgo's and the network's are of many classes
            raise SystemExit(f"error: {self.title} could not be fetched: {error}") from None

    def _fetch(self) -> None:
        from jgo.maven import MavenContext

        target, pins = self.folder(), self.pins()
        if target.is_dir():
            return
        size = f"{len(pins)} files, {self.megabytes} MB"
        say(f"downloading {self.title} for the tests, once: {size}")
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
            with ThreadPoolExecutor(8) as pool:
                for found in pool.map(lambda pin: _file(context, pin), pins):
                    if found.suffix == ".jar":
                        shutil.move(found, ready / "jars" / found.name)
                    else:
                        with tarfile.open(found) as packed:
                            # Python before 3.11.4 has none; the file is the one that is pinned.
                            packed.extraction_filter = getattr(tarfile, "data_filter", None)
                            packed.extractall(ready / "app")  # noqa: S202 - as said
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
