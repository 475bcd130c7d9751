"""Reading what a receiver refused: the record as it stood, behind headers of Kafka Connect's names.

Beside such dead letters stand marks: records without a value that say which one was sent again
(`REPLAYED`). They are letters of nothing.
"""

from __future__ import annotations

from typing import Final

from streams.core.instants import Instant
from streams.delivery.dead_letters import CUT, OFFSET, OURS, PARTITION, REASON, SINK, TOPIC
from streams.operate.dead_letters.kept import REPLAYED, KeptIn, KeptRecord, header_text
from streams.operate.record_place import RecordPlace
from streams.unpacking.cut import LEFT_OUT, CutBytes
from streams.wire.dead_letters import Original, PartCut
from streams.wire.record import Record

MARK: Final = "SENT_AGAIN"
"""What stands for the reason of a mark."""


def read_delivery_letter(record: Record) -> KeptRecord:
    """A record of the topic of delivery dead letters; of any bytes and headers."""
    headers = tuple(record.headers)
    replay_of = header_text(headers, REPLAYED)
    return KeptRecord(
        kept_in=KeptIn.DELIVERY,
        place=RecordPlace(record.topic, record.partition, record.offset),
        kept_at=Instant(record.timestamp),
        code=_first(headers, SINK) or "unknown sink",
        reason=MARK if replay_of else _first(headers, REASON) or "no reason is stated",
        original=Original(
            topic=_first(headers, TOPIC) or "",
            partition=_number(_first(headers, PARTITION)),
            offset=_number(_first(headers, OFFSET)),
            timestamp=None,
            key=record.key,
            value=record.value,
            headers=tuple(one for one in headers if one[0] not in OURS),
            cuts=tuple(_cuts(record, headers)),
        ),
        replay_of=replay_of,
    )


def is_mark(one: KeptRecord) -> bool:
    """Whether it only says that another one was sent again."""
    return one.replay_of is not None and one.original.value is None


def _first(headers: tuple[tuple[str, bytes | None], ...], name: str) -> str | None:
    """Ours come before those of the record, which can have the same names."""
    found = next((value for key, value in headers if key == name), None)
    return None if found is None else found.decode("utf-8", "replace")


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1


def _cuts(record: Record, headers: tuple[tuple[str, bytes | None], ...]) -> list[PartCut]:
    cuts = []
    if isinstance(record.value, CutBytes) or any(name == CUT for name, _ in headers):
        cuts.append(PartCut(part="value", cut_at=len(record.value or b"")))
    if any(name == LEFT_OUT for name, _ in headers):
        cuts.append(PartCut(part="headers", cut_at=len(headers)))
    return cuts
