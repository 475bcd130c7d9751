"""The citations of each code by time: they change only where one of them begins or ends.

Every finding asks for them, so what the catalogue says between two such instants is put together
once for each code.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import Final

from streams.core.codes import CODES
from streams.core.instants import LATEST, Instant
from streams.core.vocabulary import Code

_LATEST: Final[Instant] = LATEST


def citations_of(code: Code, instant: Instant | None) -> tuple[str, ...]:
    """The same as `CodeEntry.citations_at`: those in force then, or now where it is None."""
    begins, texts = _periods(code)
    return texts[bisect_right(begins, _LATEST if instant is None else instant)]


@cache
def _periods(code: Code) -> tuple[list[Instant], list[tuple[str, ...]]]:
    """Where periods begin, and the citations of each; the first of them lies before all."""
    entry = CODES[code]
    begins = sorted({edge for one in entry.citations for edge in (one.since, one.until)})
    before = [Instant(begins[0] - 1)] if begins else [LATEST]
    return begins, [entry.citations_at(at) for at in (*before, *begins)]
