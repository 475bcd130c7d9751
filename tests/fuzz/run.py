"""A run of the fuzzer, in a process of its own that may crash."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from streams.native.library import SOURCE
from tests.fuzz import library

ROOT = Path(__file__).parents[2]


class Found(NamedTuple):
    """How a run ended: 0 where nothing was found, and what is to be read."""

    code: int
    said: list[str]


def run(folder: Path, seconds: float, seed: int, source: Path = SOURCE) -> Found:
    """Fuzz the C of a folder. Raises RuntimeError where it cannot be compiled for that."""
    environment = library.environment()
    made = library.build(folder, source)
    current = folder / "current"
    done = subprocess.run(
        library.command([str(made), str(seconds), str(seed), str(current)]),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # What aiokafka asks for too much room for is no finding here.
    said = [line for line in done.stdout.splitlines() if "WARNING: AddressSanitizer" not in line]
    if done.returncode:
        data = current.read_bytes() if current.exists() else bytes(4)
        said.append(f"input: {data[4 : 4 + int.from_bytes(data[:4], 'big')].hex()}")
    return Found(done.returncode, said)
