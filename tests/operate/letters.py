"""Records of the topics that keep what was set aside, as a reader gets them."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.findings import DeadLetter
from streams.core.instants import Instant
from streams.operate.dead_letters.kept import KeptIn, KeptRecord, read_dead_letter
from streams.settings import Settings
from streams.wire.dead_letters import Original, encode_dead_letter
from tests.kafka.stories import START
from tests.transport.records import One

SETTINGS = Settings()
NAMES = SETTINGS.topics
VALUE = b'{"event_id":"e-1","event_type":"DATA_SHARE","source_system":"crm","controller_id":"shop"}'


def original(**fields: Any) -> Original:
    """A record of the input of shares."""
    given: dict[str, Any] = {
        "topic": NAMES.data_share,
        "partition": 3,
        "offset": 40,
        "timestamp": Instant(START),
        "key": b"shop\x1fp-1",
        "value": VALUE,
    }
    return Original(**(given | fields))


def dead_letter(
    one: Original | None = None,
    *,
    code: str = "UNPROCESSABLE_EVENT",
    reason: str = "purpose is missing",
    offset: int = 7,
    at: int = START,
    topic: str = NAMES.dead_letters,
) -> One:
    """A record of the dead-letter topic."""
    letter = DeadLetter(code=code, reason=reason, field="purpose")
    value = encode_dead_letter(one or original(), letter, Instant(START))
    return One(topic, 0, offset, at, b"key", value)


def kept(one: Original | None = None, **fields: Any) -> KeptRecord:
    """The same as an operator sees it."""
    quarantined = fields.get("topic") == NAMES.quarantine
    kept_in = KeptIn.QUARANTINE if quarantined else KeptIn.DEAD_LETTERS
    return read_dead_letter(dead_letter(one, **fields), kept_in)


def with_header(one: Original, name: str, value: bytes) -> Original:
    """The record with one header more."""
    return msgspec.structs.replace(one, headers=(*one.headers, (name, value)))
