"""The series of a worker that stand at zero before anything is counted.

A counter that appears with its first event has no increase to see: rules and panels would miss
it. So every value of a label that is known beforehand exists from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from streams.core.codes import CODES
from streams.core.quality import FUTURE, RAW_PERSONAL_DATA, UNPROCESSABLE
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.progress import Counters
from streams.wire.refused import OPERATOR_SKIPPED

Labels = TypeVar("Labels", bound=str | tuple[str, ...])

OUTCOMES: Final = tuple(name for name in Counters.__struct_fields__ if name != "read")
"""How a record can end."""

FINDINGS: Final = tuple(
    (code.name, code.severity.value, status.value) for code in CODES.values() for status in Status
)
"""By the code's own severity. A finding can weigh more, by what contributes to it; that series
appears with its first event, and the rules count such an appearance too."""

DUTIES: Final = tuple(status.value for status in DutyStatus)

DEAD_LETTERS: Final = (UNPROCESSABLE.value, RAW_PERSONAL_DATA.value, FUTURE.value, OPERATOR_SKIPPED)


def records(topics: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Topics by how their records can end."""
    return tuple((topic, outcome) for topic in topics for outcome in OUTCOMES)


def counted(born: Sequence[Labels], counts: Mapping[Labels, int]) -> list[tuple[Labels, int]]:
    """All counts in the order of their labels, and a zero for what was not counted yet."""
    return sorted((dict.fromkeys(born, 0) | dict(counts)).items())
