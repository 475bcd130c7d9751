"""A real receiver for what the formats write: tenzir, a pipeline engine for security data.

`make test` installs it where there is one for the platform (Linux on x86-64).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TENZIR = Path(sys.prefix) / "bin" / "tenzir"

needs_tenzir = pytest.mark.skipif(
    not TENZIR.exists(),
    reason="tenzir is not installed; `make test` does so on Linux x86-64",
)


def run_pipeline(pipeline: str, folder: Path) -> tuple[list[dict[str, Any]], str]:
    """The events that a pipeline writes as JSON lines, and what it complains about.

    A home of its own, so that nobody's configuration counts.
    """
    done = subprocess.run(
        [TENZIR, "--bare-mode", pipeline],
        capture_output=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )
    complaints = done.stderr.decode()
    assert done.returncode == 0, complaints
    # Not splitlines(): a reader that splits at other characters is not the point here.
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line], complaints
