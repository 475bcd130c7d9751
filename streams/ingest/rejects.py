"""A rejected record as it is kept: its own bytes, and beside them why and where it came from.

The form is that of dead letter queues: key, value and headers stay what they were, the reason
stands in headers of ours before them. So a record can be mapped again, whole, when the map or
the record was repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.ingest.outcomes import Outcome, RejectedItem
from streams.unpacking.cut import CutBytes, Fitted, fit
from streams.wire.origin import as_written
from streams.wire.record import Record

PREFIX: Final = "consentry-ingest-"
MOST_REASONS: Final = 10

_LEAST_BYTES: Final = 66_560
"""What `fit` needs at least; `output_max_bytes` is never less."""


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

    def stored(self, record: Record, source: str, max_bytes: int) -> Fitted:
        """The record as it is written where one may have `max_bytes`.

        Our headers come first: those of `headers`, then the source and where and when the
        record stood: `topic`, `partition`, `offset`, `timestamp`, and `cut` where it was too
        large to be kept whole. Its own follow.
        """
        place = [("source", source), ("topic", record.topic), ("partition", str(record.partition)),
                 ("offset", str(record.offset)), ("timestamp", str(record.timestamp))]  # fmt: skip
        # Reasons hold paths of the map and nothing of the record, so they are never long.
        taken = sum(len(name) + len(text) for name, text in self.headers)
        room = max(_LEAST_BYTES, max_bytes - taken)
        key, value, own = fit(record.key, record.value, record.headers, room)
        place += [
            ("cut", _cut(part, field))
            for part, field in (("key", key), ("value", value))
            if isinstance(field, CutBytes)
        ]  # fmt: skip
        ours = [(PREFIX + name, text.encode()) for name, text in place]
        return Fitted(
            None if key is None else bytes(key),
            None if value is None else bytes(value),
            [*self.headers, *ours, *as_written(own)],
        )


def _cut(part: str, field: CutBytes) -> str:
    whole = "unknown" if field.length is None else field.length
    return f"{part} bytes={len(field)} of {whole} sha256={field.sha256 or 'unknown'}"


def rejected_record(
    map_name: str, value: bytes | None, outcomes: Sequence[Outcome]
) -> RejectedRecord | None:
    """The record to keep, or None where nothing of it was rejected."""
    rejected = tuple(one for one in outcomes if isinstance(one, RejectedItem))
    if not rejected:
        return None
    settled = len(outcomes) - len(rejected)
    return RejectedRecord(map=map_name, value=value, rejected=rejected, settled=settled)
