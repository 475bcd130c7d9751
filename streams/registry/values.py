"""What a schema's reader gives, as the plain record that JSON would give.

Instants become RFC 3339 texts, since only a type distinguishes an instant from a number; bytes keep
their place, in a form that no field of an event takes and that the guard looks into.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from streams.core.events import INSTANT_FIELDS
from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.wire.errors import WireError

DEEPEST: Final = 16
"""Levels of nesting that are read, as in JSON."""


def plain_record(record: dict[str, Any]) -> dict[str, Any]:
    """The record with plain values only. Raises WireError for one nested too deeply."""
    found = {name: plain_value(member, DEEPEST) for name, member in record.items()}
    for name in INSTANT_FIELDS & found.keys():
        millis = found[name]
        # Without a logical type, as milliseconds: other units lie outside 1990 to 9999.
        if type(millis) is int and EARLIEST <= millis <= LATEST:
            found[name] = format_instant(Instant(millis))
    return found


def plain_value(value: Any, depth: int) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if depth == 0:
        raise WireError(f"the record is nested deeper than {DEEPEST} levels")
    match value:
        case dict():
            return {str(name): plain_value(one, depth - 1) for name, one in value.items()}
        case list() | tuple():
            return [plain_value(one, depth - 1) for one in value]
        case datetime():
            return instant_text(value)
        case bytes() | bytearray():
            return {"of_bytes": bytes(value).decode("utf-8", "replace")}
        case date() | time() | Decimal() | UUID():
            return str(value)
        case _:
            return {type(value).__name__: str(value)}


def instant_text(at: datetime) -> str:
    """RFC 3339 with an offset; a local time has none, and is refused as any such text is."""
    if at.tzinfo is None:
        return at.isoformat()
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
