"""The records of files in C: what Python knows of them, described for the C."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zlib import crc32

import msgspec

from streams.native.readers import FACT, SOURCE, is_fillable

UNDECODED: Final = ("file", "number", "value")


def key_checksum(library: Any) -> Callable[[bytes], int]:
    """The checksum by which subjects are shared among processes.

    All of them have the same library, or none: then it is another checksum, of CPython's.
    """
    found: Callable[[bytes], int] = crc32 if library is None else library.crc32c
    return found


def holder(
    library: Any,
    undecoded: type[msgspec.Struct],
    fact: type[msgspec.Struct],
    source: type[msgspec.Struct],
    readers: tuple[Any, ...],
    clock: int | None,
    latest: int,
) -> Any:
    """A `Held` of the library; None where there can be none.

    `readers` are those of `streams.native.readers.event_reader`. `clock` stands for the arrival
    of each record, None: it arrived when it was recorded. Events that occurred after `latest` are
    left; both in milliseconds.
    """
    if library is None or None in readers:
        return None
    for kind, names in ((undecoded, UNDECODED), (fact, FACT), (source, SOURCE)):
        if not is_fillable(kind) or set(kind.__struct_fields__) != set(names):
            return None
    try:
        return library.Held(
            undecoded, UNDECODED, fact, FACT, source, SOURCE, readers, clock, latest
        )
    except TypeError:
        return None
