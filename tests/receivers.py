"""Programs of Debian that tests talk to: where one is missing, the test skips and names it."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = "CONSENTRY_REQUIRE_RECEIVERS"
"""Set to 1 where nothing may be skipped, as in CI."""


def needs(program: str, *packages: str) -> str:
    """The path of a program of Debian; the test is skipped, or fails, where it is missing."""
    # Some stand where only the administrator looks.
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is not None:
        return path
    said = f"{program} is not installed (Debian: apt-get install {' '.join(packages)})"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(said)
    pytest.skip(said)
