"""Live subjects: those used last, bounded in number and in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from streams.core.identifiers import SubjectKey
from streams.core.subject import Subject

SUBJECT_BYTES: Final = 3_200
"""About what a subject adds to the memory of a process without rows (CPython 3.11, 64 bits)."""

BYTES_A_STORED_BYTE: Final = 3.5
"""About how much more its rows take as objects than as stored."""


class _Live:
    """A subject, its number of rows, and the mean size of those that were counted."""

    __slots__ = ("bytes", "counted", "size", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counted = 0
        self.size = 0
        self.bytes = 0


class SubjectCache:
    """Subjects by key. Above a bound those that were used longest ago are let go.

    The size of a subject is estimated: a constant, and for each of its events and refused ids
    the mean size of the rows that it was built from or that were written since. Rows that replace
    others do not add up. At least one subject is kept.
    """

    def __init__(self, most: int, max_bytes: int) -> None:
        self._most = max(1, most)
        self._max_bytes = max_bytes
        self._live: OrderedDict[SubjectKey, _Live] = OrderedDict()
        self.bytes = 0
        """The estimate for all of them."""

    def __len__(self) -> int:
        return len(self._live)

    def __bool__(self) -> bool:
        return bool(self._live)

    def __contains__(self, key: SubjectKey) -> bool:
        return key in self._live

    def get(self, key: SubjectKey) -> Subject | None:
        """A subject, which is then the last used."""
        live = self._live.get(key)
        if live is None:
            return None
        self._live.move_to_end(key)
        return live.subject

    def peek(self, key: SubjectKey) -> Subject | None:
        """A subject, which is not used by it."""
        live = self._live.get(key)
        return None if live is None else live.subject

    def keep(self, key: SubjectKey, subject: Subject, rows: Iterable[bytes]) -> None:
        """Keep a subject as the last used. `rows` are those it was built from, or new ones."""
        live = self._live.get(key)
        if live is None or live.subject is not subject:
            self.drop(key)
            live = self._live[key] = _Live(subject)
        else:
            self._live.move_to_end(key)
        for row in rows:
            live.counted += 1
            live.size += len(row)
        mean = live.size / live.counted if live.counted else 0
        events = len(subject.records) + len(subject.refusals)
        now = SUBJECT_BYTES + int(BYTES_A_STORED_BYTE * mean * events)
        self.bytes += now - live.bytes
        live.bytes = now
        while len(self._live) > 1 and (
            self.bytes > self._max_bytes or len(self._live) > self._most
        ):
            _, old = self._live.popitem(last=False)
            self.bytes -= old.bytes

    def drop(self, key: SubjectKey) -> None:
        """Let a subject go."""
        old = self._live.pop(key, None)
        if old is not None:
            self.bytes -= old.bytes
