"""Are the topics that a command reads or fills still the ones that it began with?

Offsets say nothing of it: a topic that was deleted and created again has offsets of the same
numbers, with other records. The worker's own watch is `log_watch`; here are the tools beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from kafka.errors import KafkaError

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.tasks.log_watch import MISSING_LOOKS, Observer, TopicView

LOOK_EVERY_S: Final = 2.0


class SameTopics:
    """Compares what the cluster says of topics with what it said first.

    `doing` says in a word what the command does with them, `remedy` what to do when they
    are others now.
    """

    def __init__(self, topics: tuple[str, ...], *, doing: str, remedy: str) -> None:
        self.topics = topics
        self._doing = doing
        self._remedy = remedy
        self._ids: dict[str, str] = {}
        self._missed = dict.fromkeys(topics, 0)

    def look(self, views: Mapping[str, TopicView]) -> None:
        """Take note of the topics as they are now. Raises ConsentryError for another one."""
        for topic in self.topics:
            view = views.get(topic)
            self._missed[topic] = 0 if view is not None else self._missed[topic] + 1
            if self._missed[topic] >= MISSING_LOOKS:
                raise ConsentryError(
                    f"{topic} does not exist any more: it was deleted while it was {self._doing}",
                    f"Create it with `consentry topics create`. {self._remedy}",
                )
            if view is None or not view.topic_id:
                continue
            if self._ids.setdefault(topic, view.topic_id) != view.topic_id:
                raise ConsentryError(
                    f"{topic} was deleted and created again while it was {self._doing}: its "
                    "offsets begin again, and mean other records",
                    self._remedy,
                )


class SameWatch:
    """Looks at the topics again and again, over one connection."""

    def __init__(self, settings: Settings, same: SameTopics) -> None:
        self._observer = Observer(settings)
        self._same = same

    async def look(self) -> None:
        """Look once. Raises ConsentryError when a topic is another one, or gone."""
        try:
            views = await self._observer.ask(self._same.topics)
        except (KafkaError, OSError):
            return  # the brokers are away for a moment; the command itself says so if it lasts
        self._same.look(views)

    async def run(self) -> None:
        """Look until cancelled. Raises ConsentryError as `look`."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()
