"""A run of the fuzzer, in a process of its own that may crash."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from streams.native.library import SOURCE
from tests.fuzz import library

ENDLESS: Final = 124
"""The code of a run that had to be ended, as that of `timeout`."""

PATIENCE_S = 120.0
"""How much longer than its time a run may take: seeds are tried first, and a turn is gone through."""

ROOT = Path(__file__).parents[2]


class Found(NamedTuple):
    """How a run ended: 0 where nothing was found, and what is to be read."""

    code: int
    said: list[str]


def run(
    folder: Path, seconds: float, seed: int, source: Path = SOURCE, only: Sequence[str] = ()
) -> Found:
    """Fuzz the C of a folder, all targets or those of these names.

    Raises RuntimeError where it cannot be compiled for that.
    """
    environment = library.environment()
    made = library.build(folder, source)
    current = folder / "current"
    process = subprocess.Popen(
        library.command([str(made), str(seconds), str(seed), str(current), *only]),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds + PATIENCE_S)
        code = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        output, code = f"{process.communicate()[0]}\nan input does not come to its end", ENDLESS
    # What aiokafka asks for too much room for is no finding here.
    said = [line for line in output.splitlines() if "WARNING: AddressSanitizer" not in line]
    if code:
        data = current.read_bytes() if current.exists() else bytes(4)
        said.append(f"input: {data[4 : 4 + int.from_bytes(data[:4], 'big')].hex()}")
    return Found(code, said)
