"""What is configured in the worlds of the model, and the records that are sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from streams.core.events import Event
from streams.core.identifiers import PayloadHash, subject_key
from streams.core.instants import Instant, parse_instant
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.wire.canonical import payload_hash
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_record, event_to_avro
from tests.model.log import Record
from tests.oracle.histories import Teller
from tests.oracle.product import core_policy

POLICY_SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"notify_deadline": "PT1H", "named_recipient_required": False},
    {"unknown_recipient_role": "PROCESSOR", "similar_products": [], "withdrawal_grace": "PT96H"},
    {"grant_at_same_instant_valid": False, "soft_opt_in_max_age": "P1D"},
)
"""Policies of which one comes into force after the other, in the terms of the second reading."""

POLICIES = tuple(core_policy(settings) for settings in POLICY_SETTINGS)
PARTITIONS = 2
CONTROLLER = "OURCO"
SUBJECTS = ("s-1", "s-2", "s-3")
PROCESSES = 3

START = parse_instant("2026-12-31T00:00:00.000Z")
"""After every event of the histories, so that none claims to lie in the future."""

SETTINGS = Settings(
    application_id="model",
    partitions=PARTITIONS,
    open_slices=2,
    transaction_max_records=5,
    tick_source="external",
    # The broker of the model has a time of its own.
    clock_jump_max_s=100_000_000_000,
    dead_letter_limit_share=1.0,
)
ACCEPT = {"accept_lost_input": True, "accept_missing_history": True}
NAMES = SETTINGS.topics
GROUP = SETTINGS.group_id

STOPPED = 2
CRASHED = 70


@dataclass(frozen=True)
class Sent:
    """A record of an input topic and its event; None for one that names none.

    One that is `bad` names its event, and is refused.
    """

    record: Record
    event: Event | None
    bad: bool = False

    @property
    def hash(self) -> PayloadHash:
        """The hash of its payload."""
        assert self.event is not None
        return PayloadHash(payload_hash(event_record(self.event), plain=True))

    @property
    def fact(self) -> Fact:
        """What a worker makes of it."""
        assert self.event is not None
        record = self.record
        return Fact(
            event=self.event,
            payload_hash=self.hash,
            ingested_at=Instant(record.timestamp),
            source=FactSource(record.topic, record.partition, record.offset),
        )


@cache
def history(seed: int) -> list[tuple[str, bytes, bytes, Event]]:
    """Topic, key, value and event of some thirty records about three people."""
    published: list[tuple[str, bytes, bytes, Event]] = []
    for place, subject in enumerate(SUBJECTS):
        events, _ = Teller(seed * len(SUBJECTS) + place).history()
        for event in events[:10]:
            value = json.dumps(event | {"subject_id": subject}).encode()
            decoded = decode(value, None)
            assert isinstance(decoded, Decoded)
            if len(published) % 3:
                value = event_to_avro(decoded.event)
            topic = NAMES.inputs[EventType(event["event_type"])]
            published.append((topic, subject_key(CONTROLLER, subject), value, decoded.event))
    Random(seed).shuffle(published)
    return published


def spoilt(value: bytes) -> bytes:
    """A record that names its event and cannot be judged."""
    decoded = decode(value, None)
    assert isinstance(decoded, Decoded)
    return json.dumps(event_record(decoded.event) | {"recorded_at": "yesterday"}).encode()
