"""The C compiler of this machine, and what else compiling for this Python needs.

    python -m streams.dev.c_compiler

exits with 1 where one could be installed, since there is none and none is named by CC.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path


def compiler() -> list[str] | None:
    """The command of a C compiler: the one that is named or installed, else Zig's of PyPI."""
    named = os.environ.get("CC")
    for command in (named,) if named else (sysconfig.get_config_var("CC"), "cc", "gcc", "clang"):
        words = shlex.split(command or "")
        if words and shutil.which(words[0]) is not None:
            return words
    if named is None and find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    return None


def missing() -> str | None:
    """What compiling needs and is not here, in words."""
    if compiler() is None:
        named = os.environ.get("CC") or "cc"
        return (
            f"no C compiler ({named.split()[0]}) was found (Debian, Ubuntu: apt-get install gcc; "
            "or pip install ziglang)"
        )
    if not Path(sysconfig.get_paths()["include"], "Python.h").exists():
        return "this Python has no header files (Debian, Ubuntu: apt-get install python3-dev)"
    return None


if __name__ == "__main__":
    sys.exit(compiler() is None and "CC" not in os.environ)
