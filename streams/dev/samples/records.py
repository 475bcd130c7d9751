"""What a sample stream is made of: records in the order in which they arrive."""

from __future__ import annotations

import msgspec

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.core.vocabulary import EventType
from streams.dev.samples.retailer import CONTROLLER
from streams.dev.samples.truth import Truth
from streams.wire.encode import event_to_json


class SampleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `event` is None for a bad record, whose bytes are in `raw`.

    `arrives_at` orders the stream; `topic` is the input that it arrives on, and
    `subject_id` gives its key.
    """

    arrives_at: Instant
    topic: EventType
    subject_id: str
    event: Event | None = None
    raw: bytes | None = None

    @property
    def key(self) -> bytes:
        """The Kafka key."""
        return subject_key(CONTROLLER, self.subject_id)

    @property
    def value(self) -> bytes:
        """The bytes on the wire: canonical JSON, or what a faulty producer sent."""
        if self.event is not None:
            return event_to_json(self.event)
        return self.raw or b""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A stream in arrival order and its truth."""

    records: list[SampleRecord]
    truth: Truth


def topic_of(event: Event) -> EventType:
    """The input that an event belongs to."""
    return EventType(str(event.__struct_config__.tag))
