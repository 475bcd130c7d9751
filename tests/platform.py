"""Packages that only tests of the platform need: where one is missing, the test skips and names it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import NoReturn

import pytest

REQUIRED = "CONSENTRY_REQUIRE_PLATFORM"
"""Set to 1 where nothing may be skipped, as in CI."""


def needs_package(module: str) -> None:
    """Skip the test, or fail it, where a package is not installed."""
    if find_spec(module) is None:
        missing(module)


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it, for want of something that `.ci/platform` installs."""
    said = f"{what} is not installed: .ci/platform does it"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(said)
    pytest.skip(said)
