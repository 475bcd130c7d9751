"""Compile the C of `streams.native` into one library (`streams.native.library` takes it up)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from streams.dev.c_compiler import compiler, missing
from streams.native.library import FILE, SOURCE, STAMP, current, sources, stamp
from streams.terminal.out import say

FAST: Final = (*shlex.split(sysconfig.get_config_var("OPT") or "-O"), "-DNDEBUG")
"""As Python itself was compiled."""

_ALWAYS: Final = ("-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra",
                  "-Wno-missing-field-initializers")  # fmt: skip


def compile_library(
    file: Path, flags: Sequence[str] = FAST, folder: Path = SOURCE, more: Sequence[Path] = ()
) -> str | None:
    """Compile the sources of a folder, and `more`; says what went wrong, or None."""
    command = compiler()
    if command is None:
        return missing()
    paths = sysconfig.get_paths()
    includes = [f"-I{paths[name]}" for name in ("include", "platinclude")] + [f"-I{folder}"]
    # Names of Python are found when it loads the library; only macOS wants that said.
    loose = ("-undefined", "dynamic_lookup") if sys.platform == "darwin" else ()
    files = [str(path) for path in (*sources(folder), *more) if path.suffix == ".c"]
    done = subprocess.run(
        [*command, *_ALWAYS, *loose, *flags, *includes, *files, "-o", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        say(done.stdout[-2000:])
        return "the C compiler failed, see above"
    return None


def main() -> str | None:
    """Compile if what is there is not of these sources; what hinders it, in words, or None."""
    if current():
        return None
    lacking = missing()
    if lacking is not None:
        return lacking
    before = stamp()
    FILE.parent.mkdir(exist_ok=True)
    STAMP.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=FILE.parent) as folder:
        made = Path(folder, FILE.name)
        lacking = compile_library(made)
        if lacking is None:
            os.replace(made, FILE)  # noqa: PTH105 - of a file that may be mapped
            # Last: without it the library is not used.
            STAMP.write_text(json.dumps(before, indent=1) + "\n")
    return lacking
