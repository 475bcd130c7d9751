"""What to do about an input that is not as the worker needs it, and may be another team's."""

from __future__ import annotations

from typing import Final

from streams.topics.topic import Topic, TopicKind

INGEST: Final = (
    "if it is another team's topic, leave it as it is: `consentry ingest` reads topics of any "
    "form, and writes their events onto an input of Consentry's own (docs/ingest.md). If it is "
    "Consentry's own, "
)


def remedy(topic: Topic, own: str) -> str:
    """What to do: `own` where the topic is Consentry's, which only an input need not be."""
    return INGEST + own if topic.kind is TopicKind.INPUT else own
