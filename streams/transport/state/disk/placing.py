"""Rows of the changelog on their way into a database: where they stand, and what they bring.

A row is a key of a subject and its value. In C, where it is compiled, each is looked at once; what
is not as most rows are, with something published in it above all, is left to Python.
"""

from __future__ import annotations

from typing import Any

from streams.native.library import LIBRARY
from streams.transport.state.disk.layout import ROWS, deadline_entry
from streams.transport.state.row_store import place_of
from streams.wire.rows import next_deadline, subject_of


def place_rows(rows: dict[bytes, bytes | None], batch: Any, library: Any = LIBRARY) -> list[bytes]:
    """Set rows in a write batch, or delete those without a value; and the deadlines they bring.

    Returns the entries of these. Raises CorruptRow for a row that cannot be read.
    """
    put, delete = batch.put, batch.delete
    left = rows.items() if library is None else library.place_rows(rows, put, delete)
    due = []
    for key, row in left:
        subject = subject_of(key)
        place = b"".join((ROWS, place_of(subject), key))
        if row is None:
            delete(place)
            continue
        put(place, row)
        deadline = next_deadline(row, key)
        if deadline is not None:
            entry = deadline_entry(deadline, subject)
            put(entry, b"")
            due.append(entry)
    return due
