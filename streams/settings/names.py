"""The names of the topics, as the settings make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from streams.core.vocabulary import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNames:
    """One name for every topic that Consentry reads or writes."""

    consent_change: str
    purchase: str
    data_share: str
    marketing_message: str
    recipient_notification: str
    rekeyed: str
    ticks: str
    violations: str
    duties: str
    dead_letters: str
    quarantine: str
    delivery_dead_letters: str
    alert_state: str
    ingest_rejects: str
    ingest_replay: str
    control: str
    commands: str
    command_results: str
    changelog: str
    raw: Mapping[str, str]
    """Of webhooks, by the name of their source."""

    further: Mapping[str, EventType]
    """Further inputs, by name: the type of event that each carries."""

    @property
    def inputs(self) -> dict[EventType, str]:
        """The topic that events of each type are written to, in the order of the vocabulary."""
        return {
            EventType.CONSENT_CHANGE: self.consent_change,
            EventType.PURCHASE: self.purchase,
            EventType.DATA_SHARE: self.data_share,
            EventType.MARKETING_MESSAGE: self.marketing_message,
            EventType.RECIPIENT_NOTIFICATION: self.recipient_notification,
        }

    @property
    def input_types(self) -> dict[str, EventType]:
        """All topics that events are read from, by name: the type that each carries."""
        return {name: kind for kind, name in self.inputs.items()} | dict(self.further)

    @property
    def judged(self) -> tuple[str, ...]:
        """All topics that a worker reads and judges, events first."""
        return (*self.input_types, self.rekeyed, self.ticks, self.commands)

    def every(self) -> frozenset[str]:
        """All but those of webhooks."""
        found = (getattr(self, field.name) for field in fields(self))
        return frozenset(name for name in found if isinstance(name, str)) | self.further.keys()

    def event_type(self, topic: str) -> EventType | None:
        """The event type that an input topic carries, None for any other topic."""
        return self.input_types.get(topic)
