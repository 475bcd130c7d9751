"""Fields of structs that compiled code asks for by name, read by their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec


def read_by_place(library: Any, classes: Iterable[type[msgspec.Struct]]) -> int:
    """Let fields of values of these classes be read without a look-up; how many classes are.

    Whatever is asked of them gives what it gave before. A class that is not its slots and nothing
    else stays as it is, and all do where there is no library.
    """
    if library is None:
        return 0
    done = 0
    for one in classes:
        try:
            library.read_by_place(one, one.__struct_fields__)
        except TypeError:
            continue
        done += 1
    return done
