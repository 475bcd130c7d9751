"""The archive of the local broker's start: of one Java, and never needed."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from streams.dev import java_options
from streams.dev.broker import LocalBroker
from streams.dev.java_options import QUICK_JAVA, archive_file, archive_options
from streams.dev.kafka_files import java_command
from streams.dev.start_archive import prepare


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONSENTRY_CACHE", str(tmp_path))
    return tmp_path


def made() -> Path:
    file = archive_file()
    assert file is not None
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"no archive")
    return file


def test_only_an_archive_that_is_there_is_used() -> None:
    assert archive_options() == ()
    file = made()
    assert archive_options() == (f"-XX:AOTCache={file}",)


def test_another_java_has_another_archive_and_one_that_is_not_ours_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = made()
    monkeypatch.setattr(java_options, "version", lambda _: "25.0.99")
    assert archive_file() not in (None, file)
    assert archive_options() == ()

    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(java_options, "version", missing)
    assert archive_options() == ()
    assert not prepare()


def test_a_broker_that_runs_long_or_has_options_of_its_own_takes_none(tmp_path: Path) -> None:
    made()
    data = tmp_path / "data"
    assert LocalBroker(data)._archive == archive_options() != ()
    assert LocalBroker(data, long_lived=True)._archive == ()
    assert LocalBroker(data, java_options=("-Dx=y",))._archive == ()


def test_java_starts_as_without_it_where_the_archive_is_broken() -> None:
    made()
    command = [str(java_command()), *QUICK_JAVA, *archive_options(), "-version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "aot" in done.stdout, "it was looked at"
