"""Where an Avro record ends that is ordinary, without reading it.

A container file has records one after the other, without their lengths. What this finds is
handed to the decoder as a record of its own; for whatever it does not expect it says None,
and a general reader takes over.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.wire.columns import INSTANT, SYMBOL, TEXT, Column


def end_of(columns: Sequence[Column], value: bytes, at: int) -> int | None:  # noqa: C901, PLR0912
    """The offset after the record that begins at `at`; None: cut short, or not ordinary."""
    size = len(value)
    for column in columns:
        if column.optional:
            if at >= size:
                return None
            branch = value[at]
            at += 1
            if branch == 0:
                continue
            if branch != 2:
                return None
        kind = column.kind
        if kind == INSTANT:
            while at < size and value[at] > 0x7F:
                at += 1
            at += 1
            continue
        count = 1
        if column.many:
            if at >= size:
                return None
            count = value[at]
            at += 1
            if count == 0:
                continue
            if count & 0x81:
                return None
            count >>= 1
        while count:
            count -= 1
            if at >= size:
                return None
            length = value[at]
            at += 1
            if kind == TEXT:
                if length > 0x7F:
                    if at >= size or value[at] > 0x7F:
                        return None
                    length = (length & 0x7F) | value[at] << 7
                    at += 1
                if length & 1:
                    return None
                at += length >> 1
            elif kind == SYMBOL and length & 0x81:
                return None
        if column.many:
            if at >= size or value[at] != 0:
                return None
            at += 1
    return at if at <= size else None
