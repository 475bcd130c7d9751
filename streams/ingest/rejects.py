"""A rejected record as it is kept: its own bytes, and beside them why and where it came from.

The form is that of dead letter queues: key and value stay what they were, the reason stands
in headers. So a record can be mapped again, whole, when the map or the record was repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.ingest.outcomes import Outcome, RejectedItem

PREFIX: Final = "consentry-ingest-"
MOST_REASONS: Final = 10


class RejectedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of which something was rejected; `settled` outcomes of it were events or ignored."""

    map: str
    value: bytes | None
    rejected: tuple[RejectedItem, ...]
    settled: int

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """Headers that say why: the map, each reason, rule, item and path; no values."""
        found = [("map", self.map), ("settled", str(self.settled)),
                 ("rejected", str(len(self.rejected)))]  # fmt: skip
        for item in self.rejected[:MOST_REASONS]:
            found.append(("reason", item.reason))
            for name, text in (("rule", item.rule), ("item", item.number), ("path", item.path)):
                if text is not None:
                    found.append((name, text))
        return [(PREFIX + name, text.encode()) for name, text in found]


def rejected_record(
    map_name: str, value: bytes | None, outcomes: Sequence[Outcome]
) -> RejectedRecord | None:
    """The record to keep, or None where nothing of it was rejected."""
    rejected = tuple(one for one in outcomes if isinstance(one, RejectedItem))
    if not rejected:
        return None
    settled = len(outcomes) - len(rejected)
    return RejectedRecord(map=map_name, value=value, rejected=rejected, settled=settled)
