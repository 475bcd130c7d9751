"""A record that is refused: why, what its finding is about, and whether an event can close it."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from streams.core import quality, texts
from streams.core.events import Event
from streams.core.findings import DeadLetter, Finding
from streams.core.identifiers import EventId, SubjectKey
from streams.core.policy import Policy
from streams.core.state import Refusal
from streams.core.texts.appended import with_place
from streams.core.vocabulary import Code, EventType
from streams.wire.guard import guard_key
from streams.wire.origin import Origin
from streams.wire.record import Record
from streams.wire.rejected import Rejected, raw_key

OPERATOR_SKIPPED: Final = "OPERATOR_SKIPPED"
"""Code of a dead letter whose record `consentry skip` set aside."""


class Refused(NamedTuple):
    """A record that cannot be judged, and why."""

    origin: Origin
    rejected: Rejected
    suspect: bool = False
    """Whether it may hold raw personal data, although that is not why it is refused."""
    key: SubjectKey | None = None
    """Its subject's, where the record names an event of that subject and is refused as Q01.

    Then a row keeps the refusal beside the subject's events, and the finding has the address of
    that event. Else the finding is about the record alone, and nothing closes it.
    """

    @property
    def refusal(self) -> Refusal | None:
        """What a row keeps of it; there is one where there is a `key`."""
        return self.rejected.refusal(self.origin.ingested_at)

    @property
    def quarantined(self) -> bool:
        """Whether it holds raw personal data, or may."""
        return self.suspect or self.rejected.dead_letter.code == quality.RAW_PERSONAL_DATA

    def finding(self, policy: Policy) -> Finding:
        """The quality finding that reports it; of raw personal data, with place and field."""
        rejected = self.rejected
        code = rejected.dead_letter.code
        finding = quality.quality_finding(
            # The law has no code for what an operator does: such a record is not judged.
            quality.UNPROCESSABLE if code == OPERATOR_SKIPPED else Code(code),
            controller_id=rejected.controller_id,
            subject_id=rejected.subject_id,
            event_id=rejected.event_id or EventId(self.origin.reference),
            event_type=rejected.event_type,
            occurred_at=rejected.occurred_at,
            detected_at=self.origin.ingested_at,
            policy=policy,
        )
        if code != quality.RAW_PERSONAL_DATA:
            return finding
        source = self.origin.source
        wording = with_place(
            texts.of_code(quality.RAW_PERSONAL_DATA),
            topic=source.topic,
            partition=source.partition,
            offset=source.offset,
            field=rejected.dead_letter.field,
        )
        return msgspec.structs.replace(
            finding,
            explanation_en=wording.explanation.en,
            explanation_nl=wording.explanation.nl,
        )


def guarded(record: Record, refused: Refused) -> Refused:
    """A refused record: its key is kept with it, and is looked at too."""
    kind = None if refused.quarantined else guard_key(record.key)
    if kind is None:
        return refused
    rejected = msgspec.structs.replace(refused.rejected, dead_letter=raw_key(kind))
    return refused._replace(rejected=rejected)


def refuse_event(event: Event, origin: Origin, letter: DeadLetter) -> Refused:
    """A well-formed event that is refused all the same."""
    rejected = Rejected(
        dead_letter=letter,
        controller_id=event.controller_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
        event_type=EventType(str(event.__struct_config__.tag)),
        occurred_at=event.occurred_at,
    )
    return Refused(origin, rejected)
