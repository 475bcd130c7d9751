"""Programs of Debian that tests talk to: where one is missing, the test skips and names it."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRE = "CONSENTRY_REQUIRE_RECEIVERS"
"""Set where nothing may be skipped."""


def debian(program: str, *, package: str) -> str:
    """The path of a program, also of those that only the administrator has on the PATH."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is not None:
        return found
    why = f"{program} is not installed (Debian, Ubuntu: apt-get install {package})"
    if os.environ.get(REQUIRE):
        pytest.fail(why)
    pytest.skip(why)
