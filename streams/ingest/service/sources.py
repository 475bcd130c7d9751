"""What is to be mapped: the table `[ingest]` of the settings file, read and bound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.ingest.identities import Identities
from streams.ingest.mapping import Mapping
from streams.settings.names import TopicNames
from streams.topics.codecs import Compression

REPLAY: Final = "ingest-replay"
"""What stands for a source with rejected records that were sent again, where no source takes them."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")

INTERNAL: Final = "__"
"""What names of Kafka's own topics begin with."""


def name_fault(name: str) -> str | None:
    """Why a source cannot have a name, None where it can."""
    if name == REPLAY:
        return "Consentry counts records that are mapped again by this name"
    if _NAME.fullmatch(name):
        return None
    return "a name has at most 40 small letters, digits and hyphens, a letter first"


class SourceFraming(StrEnum):
    """How the value of a record stands in its bytes."""

    PLAIN = "plain"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSource:
    """Topics that one map reads.

    `begin`: the record timestamp from which partitions are read that the group has no offset
    of; None: from their first record.
    """

    name: str
    topics: tuple[str, ...]
    matching: re.Pattern[str] | None
    mapping: Mapping
    framing: SourceFraming
    begin: Instant | None

    def takes(self, topic: str) -> bool:
        """Whether the topic is one of it."""
        return topic in self.topics or (
            self.matching is not None and self.matching.fullmatch(topic) is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPlan:
    """All sources, with the identity table that their maps share."""

    sources: tuple[IngestSource, ...]
    identities: Identities
    identities_topic: str | None
    compression: Compression

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are named; those that a pattern matches are known to the broker only."""
        return tuple(topic for source in self.sources for topic in source.topics)

    def source_of(self, topic: str) -> IngestSource | None:
        """The source that takes a topic: one that names it before one whose pattern matches."""
        for source in self.sources:
            if topic in source.topics:
                return source
        return next((source for source in self.sources if source.takes(topic)), None)

    def rivals(self, topics: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Topics that the patterns of two sources match, with the names of both."""
        found = {}
        for topic in topics:
            if any(topic in source.topics for source in self.sources):
                continue
            takers = [source.name for source in self.sources if source.takes(topic)]
            if len(takers) > 1:
                found[topic] = (takers[0], takers[1])
        return found

    def refuse_rivals(self, topics: Sequence[str]) -> None:
        """Raise ConsentryError where a topic belongs to two sources."""
        for topic, (one, other) in self.rivals(topics).items():
            raise ConsentryError(
                f"the patterns of the sources {one} and {other} both match the topic {topic}",
                "Let topics_matching of one of them leave it out, or name it in topics.",
            )

    def pattern(self, names: TopicNames) -> re.Pattern[str]:
        """What the names of all topics match that are read.

        Of Consentry's own topics only that of records which are to be mapped again.
        """
        parts = [re.escape(topic) for topic in self.topics]
        parts += [one.matching.pattern for one in self.sources if one.matching is not None]
        own = "|".join(map(re.escape, sorted(own_topics(names, self.identities_topic))))
        any_of = "|".join(f"(?:{part})" for part in parts)
        again = re.escape(names.ingest_replay)
        return re.compile(rf"(?:{again}|(?!(?:{own})\Z)(?!{INTERNAL})(?:{any_of}))\Z")


def own_topics(names: TopicNames, *others: str | None) -> frozenset[str]:
    """Topics that are never a source: what Consentry writes, and reads in another way."""
    return names.every() | {one for one in others if one is not None}


def instant_of(at: datetime) -> Instant:
    """A TOML instant with an offset, in milliseconds."""
    return Instant(round(at.timestamp() * 1000))
