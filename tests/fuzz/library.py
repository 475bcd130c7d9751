"""The C of `streams.native` with sanitizers, and a process that may load it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from streams.compiled import PURE
from streams.dev.c_compiler import compiler
from streams.dev.compile_native import compile_library
from streams.native.library import FILE, SOURCE

SANITIZED: Final = (
    "-O", "-g", "-DCONSENTRY_FUZZ", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all", "-fsanitize-coverage=trace-pc",
)  # fmt: skip
_COVERAGE: Final = Path(__file__).with_name("coverage.c")


def build(folder: Path, source: Path = SOURCE) -> Path:
    """The library of the sources, in a folder. Raises RuntimeError where it cannot be made."""
    made = folder / FILE.name
    lacking = compile_library(made, SANITIZED, source, [_COVERAGE])
    if lacking is not None:
        raise RuntimeError(lacking)
    return made


def runtime() -> str | None:
    """AddressSanitizer's library, which must be in a process before anything else; None: none."""
    command = compiler()
    if command is None:
        return None
    asked = [*command, "-print-file-name=libasan.so"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return found if os.path.isabs(found) else None  # noqa: PTH117 - a name alone: not there


def environment() -> dict[str, str]:
    """The environment of a process that loads the library. Raises RuntimeError without one."""
    asan = runtime()
    if asan is None:
        raise RuntimeError("the C compiler has no AddressSanitizer (gcc has: apt-get install gcc)")
    # Python lets go of nothing at its end, and its own allocator would hide what goes wrong.
    return os.environ | {
        PURE: "1",
        "PYTHONMALLOC": "malloc",
        "LD_PRELOAD": asan,
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }


def command(arguments: Sequence[str]) -> list[str]:
    """A process that fuzzes, with these arguments."""
    return [sys.executable, "-m", "tests.fuzz.process", *arguments]
