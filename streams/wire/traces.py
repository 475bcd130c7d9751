"""The trace that a record belongs to, as its producer says in W3C's `traceparent` header."""

from __future__ import annotations

import re
from typing import Final

from streams.wire.record import Record

TRACEPARENT: Final = "traceparent"
"""https://www.w3.org/TR/trace-context/"""

_FORM: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


def trace_id(record: Record) -> str | None:
    """32 hexadecimal digits, or None where there is no header or none of that form.

    The digits are random by that standard; anything else, which could be anybody's, is
    not shown.
    """
    for name, value in record.headers:
        if name.lower() == TRACEPARENT and value is not None:
            found = _FORM.fullmatch(value)
            if found is None or found[1] == b"ff" or not int(found[2], 16) or not int(found[3], 16):
                return None
            return found[2].decode()
    return None
