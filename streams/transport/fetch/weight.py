"""How many bytes records take, counted for each that is polled: compiled."""

from __future__ import annotations

from collections.abc import Sequence

from streams.wire.record import Record


def weight(records: Sequence[Record]) -> int:
    """Bytes of keys, values and headers."""
    total = 0
    for record in records:
        key, value, headers = record.key, record.value, record.headers
        if key is not None:
            total += len(key)
        if value is not None:
            total += len(value)
        if headers:
            total += _weight_of_headers(headers)
    return total


def _weight_of_headers(headers: Sequence[tuple[str, bytes | None]]) -> int:
    total = 0
    for name, value in headers:
        total += len(name)
        if value is not None:
            total += len(value)
    return total
