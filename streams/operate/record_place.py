"""Where a record stands, as operators write it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from streams.errors import ConsentryError

_FORM: Final = re.compile(r"([A-Za-z0-9._-]{1,249})([-/])([0-9]{1,9})\2([0-9]{1,18})")


class RecordPlace(NamedTuple):
    """A record: topic, partition, offset."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}, partition {self.partition}, offset {self.offset}"

    @property
    def short(self) -> str:
        """As `parse_place` reads it."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    @property
    def reference(self) -> str:
        """As findings and dead letters name a record."""
        return f"{self.topic}/{self.partition}/{self.offset}"


def parse_place(text: str) -> RecordPlace:
    """The place that `TOPIC-PARTITION-OFFSET` or `TOPIC/PARTITION/OFFSET` names.

    Raises ConsentryError for any other text.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ConsentryError(
            f"{text!r} names no record",
            "Write topic, partition and offset as consentry.dead-letters-0-17; "
            "`consentry dead-letters list` shows them so.",
        )
    return RecordPlace(found[1], int(found[3]), int(found[4]))
