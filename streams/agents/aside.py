"""Setting aside what cannot be judged: a dead letter with the bytes, and a finding."""

from __future__ import annotations

from typing import Final

from aiokafka.partitioner import murmur2

from streams.agents.origin import Origin
from streams.core import quality
from streams.core.findings import DeadLetter
from streams.core.identifiers import EventId, subject_key
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.vocabulary import EventType
from streams.settings.names import TopicNames
from streams.transport.delivery import Batch, Output
from streams.transport.slices import Record
from streams.wire.dead_letters import Original, encode_dead_letter
from streams.wire.decode import Rejected
from streams.wire.findings import encode_finding

FUTURE_REASON: Final = (
    "the event claims to have occurred more than five minutes after the record arrived; "
    "mend the clock or the time zone of the producer"
)
ASTRAY_REASON: Final = (
    "a re-keyed record has another key or stands on another partition than its key's"
)
ORPHAN_REASON: Final = "a re-keyed record does not say where it came from"


def partition_for(key: bytes, count: int) -> int:
    """The partition that Kafka's default partitioner (murmur2) gives a key."""
    number: int = (murmur2(key) & 0x7FFFFFFF) % count
    return number


def orphan() -> Rejected:
    """A record on the re-key topic that no worker wrote."""
    return Rejected(dead_letter=DeadLetter(code=quality.UNPROCESSABLE, reason=ORPHAN_REASON))


def rejected_fact(fact: Fact, code: str, reason: str) -> Rejected:
    """A well-formed event that is not judged all the same."""
    event = fact.event
    return Rejected(
        dead_letter=DeadLetter(code=code, reason=reason),
        controller_id=event.controller_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
        event_type=EventType(str(event.__struct_config__.tag)),
        occurred_at=event.occurred_at,
    )


class Aside:
    """Writes dead letters of one partition number."""

    def __init__(self, names: TopicNames, policy: Policy, number: int, count: int) -> None:
        self._names = names
        self._policy = policy
        self._number = number
        self._count = count

    def put(self, record: Record, origin: Origin, rejected: Rejected, batch: Batch) -> None:
        """Keep the record whole: raw personal data in quarantine, else as dead letter."""
        letter, source = rejected.dead_letter, origin.source
        original = Original(
            topic=source.topic,
            partition=source.partition,
            offset=source.offset,
            timestamp=origin.ingested_at,
            key=record.key,
            value=record.value,
            headers=tuple(record.headers),
        )
        raw = letter.code == quality.RAW_PERSONAL_DATA
        topic = self._names.quarantine if raw else self._names.dead_letters
        # The key names the record by its place: the record's own may hold personal data.
        key = origin.reference.encode()
        content = encode_dead_letter(original, letter, origin.ingested_at)
        batch.add(Output(topic, self._number, key, content))
        self._tell(origin, rejected, batch)

    def _tell(self, origin: Origin, rejected: Rejected, batch: Batch) -> None:
        """The quality finding, on the partition of its subject where one is known."""
        controller, subject = rejected.controller_id, rejected.subject_id
        number = self._number
        if controller is not None and subject is not None:
            number = partition_for(subject_key(controller, subject), self._count)
        finding = quality.quality_finding(
            rejected.dead_letter.code,
            controller_id=controller,
            subject_id=subject,
            event_id=rejected.event_id or EventId(origin.reference),
            event_type=rejected.event_type,
            occurred_at=rejected.occurred_at,
            detected_at=origin.ingested_at,
            policy=self._policy,
        )
        key = finding.violation_id.encode()
        batch.add(Output(self._names.violations, number, key, encode_finding(finding)))
