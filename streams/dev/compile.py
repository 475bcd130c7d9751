"""Compile the C of `streams.native`, and with mypyc the hot modules (`streams.compiled`).

    python -m streams.dev.compile

Both stand in for Python that would run anyway. Where there is no C compiler, or no header files
of this Python, it says so and what that costs, and plain Python runs. Exits with 0 then too.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from streams.compiled import FOLDER, HOT, PACKAGE, PURE, SHARED, SOURCES, digests, source_of
from streams.dev import c_compiler, compile_native
from streams.terminal.out import say

_SETTINGS: Final = "[mypy]\nignore_missing_imports = True\n"

_BUILD: Final = """
from mypyc.build import mypycify
from setuptools import setup

setup(
    name="hot",
    packages=[],
    ext_modules=mypycify({files!r}, opt_level="3", debug_level="0", group_name={group!r}),
    script_args=["-q", "build_ext", "--inplace"],
)
"""


def main() -> None:
    """Compile if what is there is not of these sources; say what came of it."""
    before = digests()
    missing = None
    if _is_of(before):
        say("the hot modules are compiled already")
    else:
        missing = _modules(before)
    missing = compile_native.main() or missing
    if missing is not None:
        say(
            f"not compiled: {missing}. What is not compiled runs as plain Python: the worker and "
            "`check` need up to three times as long. Then: python -m streams.dev.compile"
        )


def _modules(before: dict[str, str]) -> str | None:
    """Compile the hot modules, or say what hinders it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    missing = _missing()
    if missing is None:
        say(f"compiling {len(HOT)} modules with mypyc, once: one to three minutes")
        with tempfile.TemporaryDirectory() as folder:
            missing = _compile(Path(folder), before)
    return missing


def _is_of(sources: dict[str, str]) -> bool:
    if not SOURCES.exists():
        return False
    found: bool = json.loads(SOURCES.read_bytes()) == _stamp(sources)
    return found


def _stamp(sources: dict[str, str]) -> dict[str, object]:
    return {"for": EXTENSION_SUFFIXES[0], "sources": sources}


def _missing() -> str | None:
    """What compiling needs and is not here."""
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        return "mypy and setuptools are not installed (pip install mypy setuptools)"
    return c_compiler.missing()


def _compile(folder: Path, sources: dict[str, str]) -> str | None:
    """Compile a copy in a folder and take over what came of it, or say what went wrong."""
    shutil.copytree(
        PACKAGE, folder / "streams", ignore=shutil.ignore_patterns("__pycache__", FOLDER.name)
    )
    files = [str(Path("streams") / source_of(name).relative_to(PACKAGE)) for name in HOT]
    group = SHARED.removesuffix("__mypyc")
    (folder / "mypy.ini").write_text(_SETTINGS)
    (folder / "setup.py").write_text(_BUILD.format(files=files, group=group))
    built = subprocess.run(
        [sys.executable, "setup.py"],
        cwd=folder,
        env=os.environ | {PURE: "1", "CC": shlex.join(c_compiler.compiler() or ["cc"])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if built.returncode:
        say(built.stdout[-2000:])
        return "mypyc or the C compiler failed, see above"
    suffix = EXTENSION_SUFFIXES[0]
    made = {name: folder.joinpath(*name.split(".")) for name in HOT} | {SHARED: folder / SHARED}
    FOLDER.mkdir()
    for name, place in made.items():
        shutil.copy2(f"{place}{suffix}", FOLDER / f"{name}{suffix}")
    # Last: without it nothing of the folder is used.
    SOURCES.write_text(json.dumps(_stamp(sources), indent=1) + "\n")
    return None


if __name__ == "__main__":
    main()
