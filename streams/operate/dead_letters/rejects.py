"""Reading what ingest rejected: the foreign record as it was, and headers that say why.

The headers are those of `streams.ingest.rejects`, and come before those of the record, which
can have the same names: the first of a name counts. Where they do not say where a record
stood, it can be looked at and deleted, and not sent again.
"""

from __future__ import annotations

import re
from typing import Final

from streams.core.instants import Instant
from streams.ingest.rejects import PREFIX, as_it_was, ours, own_headers
from streams.operate.dead_letters.kept import (
    INGEST_REJECT,
    REPLAYED,
    KeptIn,
    KeptRecord,
    header_text,
    producer_of,
)
from streams.operate.record_place import RecordPlace
from streams.unpacking.cut import LEFT_OUT, CutBytes
from streams.wire.dead_letters import Original, PartCut
from streams.wire.record import Record

Headers = tuple[tuple[str, bytes | None], ...]

_CUT: Final = re.compile(r"(key|value) bytes=([0-9]{1,10}) of ([0-9]{1,18}|unknown) sha256=(\w+)")


def read_reject(record: Record) -> KeptRecord:
    """A record of the topic of ingest rejects; of any bytes and headers."""
    headers: Headers = tuple(record.headers)
    original = _original(record, headers)
    name, source = ours(record, "map"), ours(record, "source")
    reason = ours(record, "reason") or "no reason is stated"
    return KeptRecord(
        kept_in=KeptIn.INGEST_REJECTS,
        place=RecordPlace(record.topic, record.partition, record.offset),
        kept_at=Instant(record.timestamp),
        code=INGEST_REJECT,
        reason=reason if name is None else f"map {name}: {reason}",
        field=ours(record, "path"),
        original=original,
        producer=producer_of(original, {} if source is None else {"source_system": source}),
        replay_of=header_text(headers, REPLAYED),
    )


def _original(record: Record, headers: Headers) -> Original:
    was = as_it_was(record)
    return Original(
        topic="" if was is None else was.topic,
        partition=-1 if was is None else was.partition,
        offset=-1 if was is None else was.offset,
        timestamp=None if was is None else Instant(was.timestamp),
        key=record.key,
        value=record.value,
        headers=tuple(one for one in own_headers(record) if one[0] != REPLAYED),
        cuts=tuple(_cuts(record, headers)),
    )


def _cuts(record: Record, headers: Headers) -> list[PartCut]:
    """What ingest, or this reader, left out."""
    cuts = [
        PartCut(part=part, cut_at=len(field), length=field.length, sha256=field.sha256)
        for part, field in (("key", record.key), ("value", record.value))
        if isinstance(field, CutBytes)
    ]
    for name, value in headers:
        found = _CUT.fullmatch((value or b"").decode("ascii", "replace"))
        if name == f"{PREFIX}cut" and found is not None:
            length = None if found[3] == "unknown" else int(found[3])
            cuts.append(PartCut(part=found[1], cut_at=int(found[2]), length=length))
    if any(name == LEFT_OUT for name, _ in headers):
        cuts.append(PartCut(part="headers", cut_at=len(headers) - 1))
    return cuts
