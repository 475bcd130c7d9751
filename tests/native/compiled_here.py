"""The library as it was compiled here, beside the Python that it stands in for."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from streams.native import library
from tests.fuzz.targets import Target, targets

is_built = pytest.mark.skipif(
    not library.current(), reason="the C is not compiled here (make setup says why)"
)


@cache
def native() -> Any:
    """The library, also where this process runs without it."""
    return library.load(library.FILE) if library.LIBRARY is None else library.LIBRARY


@cache
def parts() -> dict[str, Target]:
    """What each part of it does and what Python does, compared."""
    return {one.name: one for one in targets(native())}
