"""Names of topics in the words of a tool that allows fewer signs than Kafka."""

from __future__ import annotations

from collections.abc import Callable

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.catalogue import all_topics


def require_different(settings: Settings, name_of: Callable[[str], str], tool: str) -> None:
    """Raise ConsentryError where two topics would have one name, and so one would be lost."""
    seen: dict[str, str] = {}
    for topic in all_topics(settings):
        other = seen.setdefault(name_of(topic.name), topic.name)
        if other != topic.name:
            raise ConsentryError(
                f"the topics {other} and {topic.name} would have the same name in {tool}",
                "Name one of them so that it differs in letters or digits, or create the topics "
                "with `consentry topics create`.",
            )
