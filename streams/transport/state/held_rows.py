"""The rows of a live subject, from the subject itself: what is in memory once is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.core.identifiers import SubjectKey
from streams.core.subject import Subject
from streams.wire.rows import encode_row, rows_by_key


class HeldRows(Mapping[bytes, bytes]):
    """The rows as they stand now, each written where it is asked for.

    What is judged afterwards does not show in it.
    """

    def __init__(self, key: SubjectKey, subject: Subject) -> None:
        self._rows = rows_by_key(key, subject)

    def __getitem__(self, key: bytes) -> bytes:
        return encode_row(self._rows[key])

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
