"""An event that was read is written again as the bytes that were sent, or its bytes are kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from streams.core.events import EVENT_CLASSES, Event
from streams.core.identifiers import subject_key
from streams.core.state import Fact
from streams.core.vocabulary import EventType
from streams.transport.fetch.unpacked_records import Received
from streams.wire.encode import event_to_avro
from streams.wire.fast_facts import FastFacts
from streams.wire.field_specs import MAX_TEXT
from streams.wire.framing import AVRO_HEADER
from tests.native.compiled_here import is_built
from tests.wire.event_values import EVENTS
from tests.wire.ordinary_events import BASE, GRANT, MESSAGE, NOTICE, PURCHASE, SHARE, avro
from tests.wire.strategies import events

pytestmark = is_built

FACTS = FastFacts({kind.value: kind for kind in EVENT_CLASSES})


def fact_of(kind: EventType, value: bytes) -> Fact | None:
    """The fact of a value that has arrived long after it occurred."""
    key = subject_key(BASE["controller_id"], BASE["subject_id"])
    return FACTS.fact(Received(kind.value, 0, 7, 1_900_000_000_000, key, value, ()))


def written(kind: EventType, value: bytes) -> bytes | None:
    """What is written again of a value, None where that is kept."""
    fact = fact_of(kind, value)
    assert fact is not None
    writer = FACTS.writer(fact)
    return None if writer is None else writer.written(fact.event)


@pytest.mark.parametrize("fields", [SHARE, GRANT, PURCHASE, MESSAGE, NOTICE])
def test_ordinary_events_are_written_again(fields: dict[str, Any]) -> None:
    value = event_to_avro(msgspec.convert(BASE | fields, Event))
    assert written(EventType(fields["event_type"]), value) == value


@pytest.mark.parametrize("name", EVENTS)
def test_every_field_is_written_again(name: str) -> None:
    event = msgspec.structs.replace(
        EVENTS[name], controller_id=BASE["controller_id"], subject_id=BASE["subject_id"]
    )
    value = event_to_avro(event)
    (kind,) = [kind for kind, one in EVENT_CLASSES.items() if one is type(event)]
    plain = msgspec.json.encode(event).isascii()
    assert written(kind, value) == (value if plain else None)


@given(events)
def test_what_is_written_again_is_what_was_sent(event: Event) -> None:
    value = event_to_avro(event)
    (kind,) = [kind for kind, one in EVENT_CLASSES.items() if one is type(event)]
    key = subject_key(event.controller_id, event.subject_id)
    fact = FACTS.fact(Received(kind.value, 0, 7, event.occurred_at, key, value, ()))
    writer = None if fact is None else FACTS.writer(fact)
    if fact is not None and writer is not None:
        assert writer.written(fact.event) == value


def test_a_number_that_is_longer_than_it_need_be_is_kept_as_it_was_sent() -> None:
    value = avro(EventType.DATA_SHARE, **SHARE)
    size = len(BASE["event_id"])
    assert value[AVRO_HEADER] == 2 * size
    longer = value[:AVRO_HEADER] + bytes([2 * size | 0x80, 0]) + value[AVRO_HEADER + 1 :]
    assert written(EventType.DATA_SHARE, value) == value
    assert written(EventType.DATA_SHARE, longer) is None


def test_what_python_alone_could_write_is_kept() -> None:
    assert written(EventType.DATA_SHARE, avro(EventType.DATA_SHARE, **SHARE, lia_ref="é")) is None
    names = ("lia_ref", "arrangement_ref", "processing_agreement_ref", "trace_id")
    texts = dict.fromkeys(names, "l" * MAX_TEXT)
    long = avro(EventType.DATA_SHARE, **SHARE, **texts)
    assert written(EventType.DATA_SHARE, long) == long
    texts["schema_version"] = "l" * MAX_TEXT
    long = avro(EventType.DATA_SHARE, **SHARE, **texts)
    assert len(long) > 1_024
    assert written(EventType.DATA_SHARE, long) is None


def test_facts_that_know_their_hash_and_events_of_others_are_not_written() -> None:
    fact = fact_of(EventType.DATA_SHARE, avro(EventType.DATA_SHARE, **SHARE))
    notice = fact_of(
        EventType.RECIPIENT_NOTIFICATION, avro(EventType.RECIPIENT_NOTIFICATION, **NOTICE)
    )
    assert fact is not None
    assert notice is not None
    assert FACTS.writer(fact.hashed) is None
    mixed = msgspec.structs.replace(fact, event=notice.event)
    assert FACTS.writer(mixed) is None
    writer = FACTS.writer(fact)
    assert writer is not None
    assert writer.written(notice.event) is None
