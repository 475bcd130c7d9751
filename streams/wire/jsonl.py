"""JSON text to a plain record, refusing what two readers could read differently."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from streams.wire.errors import WireError

MAX_DEPTH = 16
"""Levels of nesting that are read; an event has two, unknown fields may add some."""

_decode = msgspec.json.Decoder().decode
_SPACED_COLON = re.compile(rb'"[ \t\n\r]+:')


def read_json(value: bytes) -> dict[str, Any]:
    """Read one JSON object. Raises WireError, never anything else, for other bytes."""
    try:
        record = _decode(value)
    except RecursionError:
        raise WireError(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None
    except UnicodeDecodeError:
        raise WireError("the JSON is not UTF-8; write it as UTF-8") from None
    except (msgspec.DecodeError, ValueError, MemoryError):
        raise WireError(
            "the JSON cannot be read (cut short, trailing bytes, a number out of range, "
            "NaN, or not JSON at all); write one JSON object per record"
        ) from None
    if type(record) is not dict:
        raise WireError("the JSON is not an object; write one object per record")
    # Nothing is nested deeper than there are brackets.
    if value.count(b"{") + value.count(b"[") > MAX_DEPTH:
        _check_depth(record)
    _check_unique(value, record)
    return record


def _check_depth(record: dict[str, Any]) -> None:
    """Walks without recursion, so that no depth of input can exhaust the stack."""
    level: list[Any] = [record]
    for _ in range(MAX_DEPTH):
        level = [
            member
            for holder in level
            for member in (holder.values() if type(holder) is dict else holder)
            if type(member) is dict or type(member) is list
        ]
        if not level:
            return
    raise WireError(f"the JSON is nested deeper than {MAX_DEPTH} levels")


def _check_unique(value: bytes, record: dict[str, Any]) -> None:
    """Refuse a key given twice: readers differ in which of the two they take.

    A key ends in a quote and a colon. Where these stand together as often as there are
    keys, none is double; only otherwise are the pairs looked at one by one.
    """
    if value.count(b'":') == len(record) and not _SPACED_COLON.search(value):
        return
    try:
        json.loads(value, object_pairs_hook=_unique)
    except RecursionError:
        raise WireError(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise WireError("the JSON holds a number that is too long") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise WireError("a JSON object holds the same key twice; write each key once")
    return record
