"""A subject of very many rows, built in steps so that others get their turn between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.core.identifiers import SubjectKey, parse_subject_key
from streams.core.policy import Policy
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.wire.rows import CorruptRow, decode_refusal, decode_row, is_refusal

ROWS_AT_ONCE = 2_000
"""How many rows of a subject are read before others get their turn: some 30 ms."""


class HalfBuilt:
    """A subject that is being built, and the rows that are not in it yet."""

    def __init__(self, key: SubjectKey, rows: Mapping[bytes, bytes], policy: Policy) -> None:
        """Raises CorruptRow for a key that is no subject's."""
        identity = parse_subject_key(key)
        if identity is None:
            raise CorruptRow("belongs to no subject", key)
        self.subject = Subject(*identity)
        self.rows = rows
        self._policy = policy
        self._items = iter(rows.items())
        self._records: Iterator[SubjectRecord] | None = None

    def on(self) -> bool:
        """Take in some more rows; whether the subject is there."""
        subject = self.subject
        if self._records is None:
            for done, (place, row) in enumerate(self._items, 1):
                if is_refusal(place):
                    subject.refuse(decode_refusal(row, place))
                else:
                    subject.add(decode_row(row, place))
                if done == ROWS_AT_ONCE:
                    subject.arrange(self._policy)
                    return False
            self._records = iter(list(subject.records.values()))
        for noted, record in enumerate(self._records, 1):
            subject.note(record)
            if noted == ROWS_AT_ONCE:
                return False
        return True
