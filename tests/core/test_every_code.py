"""Every code of the catalogue has one history in which it fires and one in which it is silent.

The two differ in little, and that little is what the code is about. More of each: the files
`test_every_code_of_*.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from streams.core.events import Event
from streams.core.identifiers import PayloadHash
from streams.core.quality import is_future
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import Code, EventType
from streams.wire.decode import decode
from streams.wire.rejected import Rejected
from tests.core.builders import (
    When,
    buy,
    moment,
)
from tests.core.pairs import PAIRS
from tests.core.stories import Story


def record(**fields: Any) -> bytes:
    """A purchase as a producer sends it."""
    plain = {
        "event_type": "purchase",
        "event_id": "e-1",
        "controller_id": "OURCO",
        "subject_id": "s-1",
        "occurred_at": "2026-09-01T10:00:00.000Z",
        "action": "PURCHASED",
        "purchase_id": "p-1",
    }
    return msgspec.json.encode(plain | fields)


RECORDS: dict[Code, tuple[bytes, bytes]] = {
    Code.UNPROCESSABLE_EVENT: (record(action="LENT"), record()),
    Code.RAW_PERSONAL_DATA_IN_EVENT: (
        record(product_categories=["jan@example.nl"]),
        record(product_categories=["COFFEE"]),
    ),
}
"""Records that cannot be judged, beside ones that can."""


def published(pair_side: Sequence[Event], clock: When | None) -> set[str]:
    """The codes of findings and duties that stand."""
    lived = Story().take(*pair_side)
    if clock is not None:
        lived.tick(clock)
    duties = {duty.code for duty in lived.duties.values()}
    return {finding.code for finding in lived.open} | duties


def refused(value: bytes) -> str | None:
    """The code that a record is set aside with."""
    read = decode(value, EventType.PURCHASE)
    return read.dead_letter.code if isinstance(read, Rejected) else None


def test_no_code_is_left_out() -> None:
    assert {*PAIRS, *RECORDS, Code.FUTURE_TIMESTAMP} == set(Code)


@pytest.mark.parametrize("code", PAIRS)
def test_a_code_fires_and_is_silent(code: Code) -> None:
    fires, silent, clock = PAIRS[code]
    assert code in published(fires, clock)
    assert code not in published(silent, clock)


@pytest.mark.parametrize("code", RECORDS)
def test_a_record_is_set_aside_and_another_is_not(code: Code) -> None:
    fires, silent = RECORDS[code]
    assert (refused(fires), refused(silent)) == (code, None)


def test_an_event_ahead_of_its_record_by_more_than_five_minutes_is_of_the_future() -> None:
    event = buy(0)
    fact = Fact(event=event, payload_hash=PayloadHash(""), ingested_at=moment(0, -300_000),
                source=FactSource("purchase", 0, 0))  # fmt: skip
    assert not is_future(fact)
    assert is_future(msgspec.structs.replace(fact, ingested_at=moment(0, -300_001)))
