"""Writers of rows and batches in C: what Python knows of them, described for the C."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from streams.native.readers import FACT, SOURCE, is_fillable

_ROW: Final = ("fact", "policy_digest", "published", "duties", "taken_at", "erases",
               "restricted_since")  # fmt: skip
_EVENT: Final = ("event_id", "occurred_at")


def row_writer(
    library: Any,
    row: type[msgspec.Struct],
    fact: type[msgspec.Struct],
    source: type[msgspec.Struct],
    event: type[msgspec.Struct],
    letters: Mapping[Any, bytes],
) -> Any:
    """A `Rows` of the library; None where there can be none.

    `event` is what all events are, `letters` one byte by the class of an event.
    """
    if library is None:
        return None
    for kind, names in ((row, _ROW), (fact, FACT), (source, SOURCE)):
        if not is_fillable(kind) or set(kind.__struct_fields__) != set(names):
            return None
    try:
        return library.Rows(row, _ROW, fact, FACT, source, SOURCE, event, _EVENT, dict(letters))
    except TypeError:
        return None


def batch_builder(library: Any, output: type[msgspec.Struct]) -> Any:
    """A `Builder` of the library for records to write; None where there can be none."""
    if library is None:
        return None
    try:
        return library.Builder(output, ("key", "value", "headers"))
    except TypeError:
        return None
