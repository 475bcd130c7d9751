"""What a record on an input topic is, before its subject is asked.

Worker and `consentry verify` share this: every record either holds an event that is
judged where it stands, or is sent home, or is refused. Nothing here has a state.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

import msgspec

from streams.core import quality
from streams.core.findings import DeadLetter
from streams.core.identifiers import EventId, SubjectKey, subject_key
from streams.core.instants import LATEST, Instant, format_instant
from streams.core.state import Fact
from streams.settings.names import TopicNames
from streams.unpacking.cut import readable_bytes
from streams.wire.decode import MAX_BYTES, Rejected, decode, decode_cloud_event
from streams.wire.fast_facts import FastFacts
from streams.wire.framing import RegistryDecoder, with_schema_header
from streams.wire.guard import guard_bytes, guard_key
from streams.wire.murmur2 import murmur2
from streams.wire.origin import Origin, direct, rekeyed
from streams.wire.progress import Skip
from streams.wire.record import Record
from streams.wire.refused import (
    OPERATOR_SKIPPED,
    Refused,
    guarded,
    refuse_event,
)
from streams.wire.rejected import raw_key

FUTURE_REASON: Final = (
    "the event claims to have occurred more than five minutes after the record arrived; "
    "correct the clock or the time zone of the producer"
)
ASTRAY_REASON: Final = (
    "a re-keyed record has another key or stands on another partition than its key's"
)
ORPHAN_REASON: Final = (
    "a re-keyed record does not say from which record of which input it came; only workers "
    "write to this topic"
)
UNTIMED_REASON: Final = (
    "the record timestamp is none (-1), or outside the years 1970 to 9999, so nobody knows when "
    "the record arrived; let the producer set the present time, or give the topic "
    "message.timestamp.type=LogAppendTime"
)


class Arrived(NamedTuple):
    """A record that holds an event. `key` is its subject's, whatever the record's own is.

    `unknown_fields` counts the fields that its type does not know.
    """

    fact: Fact
    key: SubjectKey
    origin: Origin
    unknown_fields: int = 0


class Misrouted(NamedTuple):
    """A record about a subject under whose key it belongs, on partition `home`."""

    origin: Origin
    key: SubjectKey
    home: int


class Arrivals:
    """Reads the records of the input topics and of the re-key topic."""

    def __init__(
        self,
        names: TopicNames,
        max_bytes: int,
        registry: RegistryDecoder | None = None,
        *,
        cloud_events: bool = False,
    ) -> None:
        """`max_bytes` is how large a record on the topics of our own may be.

        `registry` reads what a registry's serializers wrote; with `cloud_events` records may
        be CloudEvents.
        """
        self._registry = registry
        self._cloud_events = cloud_events
        self._max_bytes = min(MAX_BYTES, readable_bytes(max_bytes))
        self._rekeyed = names.rekeyed
        self._kinds = names.input_types
        self._inputs = frozenset(self._kinds)
        self._now = self._limit = LATEST
        self.ordinary = FastFacts(self._kinds)
        """Reads the records that are as most are; of all others `read` and `settle` say."""

    def read_at(self, now: Instant, limit: Instant) -> None:
        """Take `now` for the arrival of records whose timestamp lies after `limit`.

        Their producer had a wrong clock, and they cannot have arrived after now.
        """
        self._now = now
        self._limit = min(limit, LATEST)
        self.ordinary.take_until(self._limit)

    def read(self, record: Record) -> Arrived | Refused:
        """Decode a record and find out where it first stood."""
        if record.topic == self._rekeyed:
            origin = rekeyed(record, self._inputs)
            if origin is None:
                letter = DeadLetter(code=quality.UNPROCESSABLE, reason=ORPHAN_REASON)
                return guarded(record, Refused(direct(record), Rejected(dead_letter=letter)))
            expected = self._kinds[origin.source.topic]
        else:
            origin = direct(record)
            expected = self._kinds[record.topic]
        if origin.ingested_at > self._limit:
            origin = origin._replace(ingested_at=self._now)
        value = record.value
        if self._registry is not None and record.headers:
            value = with_schema_header(value, record.headers)
        if self._cloud_events:
            decoded = decode_cloud_event(
                value, record.headers, expected, self._registry, self._max_bytes
            )
        else:
            decoded = decode(value, expected, self._registry, self._max_bytes)
        if isinstance(decoded, Rejected):
            return self._about_an_event(guarded(record, Refused(origin, decoded)))
        event = decoded.event
        if not origin.timed:
            letter = DeadLetter(code=quality.UNPROCESSABLE, reason=UNTIMED_REASON)
            untimed = refuse_event(event, origin, letter)
            return self._about_an_event(guarded(record, untimed))
        fact = Fact(
            event=event,
            payload_hash=decoded.payload_hash,
            ingested_at=origin.ingested_at,
            source=origin.source,
        )
        key = subject_key(event.controller_id, event.subject_id)
        return Arrived(fact, key, origin, decoded.unknown_fields)

    def _about_an_event(self, refused: Refused) -> Refused:
        """With the key of its subject, where all that an event's address needs can be read."""
        subject, refusal = refused.rejected.subject, refused.refusal
        if subject is None or refusal is None:
            return refused
        if names_a_record(refusal.event_id, self._inputs):
            return _about_the_record(refused)
        return refused._replace(key=subject_key(*subject))

    def skipped(self, record: Record, skip: Skip) -> Refused:
        """A record that an operator had set aside. Nothing of it is decoded, and nothing raises.

        Whether it goes to quarantine depends on its bytes alone.
        """
        origin = rekeyed(record, self._inputs) if record.topic == self._rekeyed else None
        origin = direct(record) if origin is None else origin
        reason = f"set aside by {skip.by} at {format_instant(skip.at)}: {skip.why}"
        letter = DeadLetter(code=OPERATOR_SKIPPED, reason=reason)
        event_type = self._kinds.get(origin.source.topic)
        return Refused(
            origin, Rejected(dead_letter=letter, event_type=event_type), suspect=_suspect(record)
        )

    def settle(self, record: Record, arrived: Arrived, home: int) -> Arrived | Misrouted | Refused:
        """Whether an event is judged where its record stands; `home` is its key's partition."""
        if record.key != arrived.key and (kind := guard_key(record.key)) is not None:
            return _refuse(arrived, raw_key(kind))
        if record.key != arrived.key or record.partition != home:
            if record.topic != self._rekeyed:
                return Misrouted(arrived.origin, arrived.key, home)
            letter = DeadLetter(code=quality.UNPROCESSABLE, reason=ASTRAY_REASON)
            astray = _refuse(arrived, letter)._replace(key=arrived.key)
            return self.settle_refused(record, astray, home)
        if quality.is_future(arrived.fact):
            return _refuse(arrived, DeadLetter(code=quality.FUTURE, reason=FUTURE_REASON))
        return arrived

    def settle_refused(self, record: Record, refused: Refused, home: int) -> Misrouted | Refused:
        """Whether a record with a `key` is refused where it stands; `home` is its partition.

        On the re-key topic it goes round no further: it is then refused without its key.
        """
        key = refused.key
        if key is None or (record.key == key and record.partition == home):
            return refused
        if record.topic != self._rekeyed:
            return Misrouted(refused.origin, key, home)
        return _about_the_record(refused)


def names_a_record(event_id: str | None, inputs: Container[str]) -> bool:
    """Whether an id reads like the reference to a record, which findings about those have."""
    topic, *numbers = (event_id or "").rsplit("/", 2)
    return topic in inputs and len(numbers) == 2 and all(map(str.isdecimal, numbers))


def _about_the_record(refused: Refused) -> Refused:
    """Refused with a finding that names the record in the place of the event."""
    event_id = EventId(refused.origin.reference)
    rejected = msgspec.structs.replace(refused.rejected, event_id=event_id)
    return refused._replace(rejected=rejected, key=None)


def _suspect(record: Record) -> bool:
    try:
        found = record.value is not None and guard_bytes(record.value) is not None
        return found or guard_key(record.key) is not None
    except Exception:  # noqa: BLE001 - this may be why it must be skipped
        return True


def partition_of_finding(refused: Refused, number: int, count: int) -> int:
    """Its subject's partition where one is known, else `number`, that of the record."""
    subject = refused.rejected.subject
    return number if subject is None else partition_for(subject_key(*subject), count)


def partition_for(key: bytes, count: int) -> int:
    """The partition that Kafka's default partitioner (murmur2) gives a key."""
    return (murmur2(key) & 0x7FFFFFFF) % count


def _refuse(arrived: Arrived, letter: DeadLetter) -> Refused:
    """A well-formed event that is not judged all the same."""
    return refuse_event(arrived.fact.event, arrived.origin, letter)
