"""What fuzzing begins with: events as released producers sent them, and those of all cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.conformance.cases import read_cases
from streams.core.events import Event
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.state import EventRow, Fact, FactSource
from streams.unpacking.batch import HEADER
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro
from streams.wire.rows import stored_form
from tests.wire.event_values import EVENTS
from tests.wire.golden import golden

_CASES: Final = Path(__file__).parents[1] / "conformance"


def events() -> list[bytes]:
    """Values of records: golden ones, full ones, and those of the cases that were made by hand."""
    found = [golden(f"event_v1_{name}") for name in EVENTS]
    found += [event_to_avro(event) for event in EVENTS.values()]
    found += [
        event_to_avro(decoded.event)
        for case in read_cases(_CASES / "scenarios.jsonl")
        for value in case.events
        if isinstance(decoded := decode(value, None), Decoded)
    ]
    return list(dict.fromkeys(found))


def stored() -> list[bytes]:
    """Rows behind their keys, and how long these are in one byte; golden ones of each version too."""
    bare = [
        stored_form(*_row(event, golden(f"event_v1_{name}"), number))
        for name, event in EVENTS.items()
        for number in (0, -3, 200, 70_000, 1 << 40)
    ]
    kept = [
        (bare[0][0], golden(f"row_{version}_{name}"))
        for version in ("v1", "v2", "history")
        for name in EVENTS
    ]
    return [bytes([len(key)]) + key + row for key, row in (*bare, *kept)]


def _row(event: Event, value: bytes, number: int) -> tuple[SubjectKey, EventRow]:
    source = FactSource("data-share", number, number + 1)
    fact = Fact(event=event, ingested_at=Instant(1_800_000_000_000), source=source, value=value)
    return subject_key(event.controller_id, event.subject_id), EventRow(
        fact=fact, policy_digest="0123456789abcdef"
    )


def bodies() -> list[bytes]:
    """Records of batches behind how many there are in one byte."""
    headers: list[list[tuple[str, bytes | None]]] = [
        [], [("name", b"x"), ("name", None)], [("empty", b"")]
    ]  # fmt: skip
    sent: list[list[Any]] = [
        [(b"k", b"v", headers[1])],
        [(None, b"v" * 200, headers[0]), (b"", None, headers[2])],
        [
            (b"OURCO\x1fs-%d" % number, golden("event_v1_purchase"), headers[0])
            for number in range(5)
        ],
        [],
    ]
    return [bytes([len(some)]) + _body(some) for some in sent]


def _body(sent: list[Any]) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 20,
    )  # fmt: skip
    for offset, (key, value, headers) in enumerate(sent):
        builder.append(offset, timestamp=1_000 + offset, key=key, value=value, headers=headers)
    return bytes(builder.build())[HEADER.size :] if sent else b""
