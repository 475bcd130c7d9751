"""Rows of two subjects as they stand on the changelog."""

from __future__ import annotations

import msgspec

from streams.core.identifiers import EventId, PayloadHash, Slot, SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.state import Published, Verdict
from streams.core.vocabulary import Code, Status
from streams.wire.rows import encode_row, row_key
from tests.wire.event_values import EVENTS
from tests.wire.values import row as row_of

ANN, BOB = subject_key("SHOP", "ann"), subject_key("SHOP", "bob")


def key(subject: SubjectKey, event_id: str) -> bytes:
    return row_key(subject, EventId(event_id), PayloadHash("00" * 32))


def row(number: int = 1) -> bytes:
    """A stored row with a deadline that depends on the number."""
    published = Published(
        verdict=Verdict(code=Code.NO_CONSENT),
        revision=1,
        status=Status.OPEN,
        final_at=Instant(number),
    )
    whole = row_of(EVENTS["data_share"])
    return encode_row(msgspec.structs.replace(whole, published={Slot("s"): published}, duties={}))


A, B, C, D = row(1), row(2), row(3), row(4)
