"""Where the record of a fact stood, once the fact is in another installation.

There a topic of the same name holds other records, so the name says whose topic it was. A slash is
in no name of a topic of Kafka.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from streams.core.state import EventRow, FactSource, RefusalRow
from streams.operate.moving.lines import Manifest

Named = Callable[[EventRow | RefusalRow], EventRow | RefusalRow]
"""Gives a row whose source is unmistakable."""


def own_sources(manifests: Sequence[Manifest]) -> Named:
    """Names the installation before the topic of each source that does not have one yet."""
    whose = "+".join(dict.fromkeys(one.application_id for one in manifests))

    def named(row: EventRow | RefusalRow) -> EventRow | RefusalRow:
        if isinstance(row, RefusalRow) or "/" in row.fact.source.topic:
            return row
        before = row.fact.source
        source = FactSource(f"{whose}/{before.topic}", before.partition, before.offset)
        fact = msgspec.structs.replace(row.fact, source=source)
        return msgspec.structs.replace(row, fact=fact)

    return named
