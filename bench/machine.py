"""What a run ran on: the machine and the versions, without names or paths of its owner."""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from streams.dev.kafka_files import java_command, kafka_version
from streams.errors import ConsentryError

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "aiokafka",
    "confluent-kafka",
    "fastavro",
    "faust-streaming",
    "msgspec",
    "uvloop",
    "rocksdict",
    "quixstreams",
    "bytewax",
    "pathway",
)


def facts() -> dict[str, Any]:
    """Everything that a reader of the figures must know, at the start of a run."""
    return {
        "began_at": now(),
        "commit": commit(),
        "machine": identity(),
        "load_average": list(os.getloadavg()),
        "versions": versions(),
        "compiled": compiled(),
    }


def now() -> str:
    """The time, UTC, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identity() -> dict[str, Any]:
    """Processor, cores, memory and system: runs that differ in it are of other machines."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Of all that takes part; packages that are not installed are left out."""
    found = {"Python": python(), "Kafka": kafka_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    try:
        answer = subprocess.run(
            [java_command(), "-version"], capture_output=True, text=True, timeout=20, check=False
        )
        found["Java"] = answer.stderr.splitlines()[0]
    except (ConsentryError, OSError, IndexError, subprocess.TimeoutExpired):
        found["Java"] = "none"
    return found


def python() -> str:
    """Its version, and how it was built as far as it says: that makes a tenth of what is measured."""
    if "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
        built = "profile-guided"
    elif Path(sysconfig.get_path("stdlib")).is_relative_to("/usr/lib"):
        built = "the distribution's"
    else:
        built = "without --enable-optimizations"
    return f"{platform.python_version()} ({built})"


def compiled() -> list[str]:
    """The modules of Consentry that run compiled rather than as Python."""
    names = (file.name.partition(".cpython")[0] for file in (ROOT / "streams").rglob("*.so"))
    return sorted(names)


def commit() -> str:
    """The commit, with `+` where files differ from it."""
    try:
        short = _git("rev-parse", "--short=10", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", "streams", "bench")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return short + ("+" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
