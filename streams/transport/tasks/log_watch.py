"""Are the topics still the ones that the worker began with? Asked every few seconds.

A fetch says where a log begins and ends, and fails outside of it (`log_range`). What no
fetch says is looked at here: that a topic was deleted and created again, so that its offsets
mean other records, or that partitions were added, which nobody reads (docs/adr/0040).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

import structlog

from streams.errors import ConsentryError
from streams.transport.commit.partition_count import unchanged
from streams.transport.tasks.preconditions import same_counts, shared_numbers

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

    from streams.settings import Settings

LOOK_EVERY_S: Final = 5.0

MISSING_LOOKS: Final = 3
"""A topic is gone when so many looks in turn do not find it: a broker that has just started
may not know all topics yet."""

NOTICED_WITHIN_S: Final = LOOK_EVERY_S * (MISSING_LOOKS + 1)
"""So long it takes at most, while the cluster answers, until it shows that a topic is gone."""

_UNKNOWN_TOPIC: Final = 3

log = structlog.get_logger("consentry.worker")


class TopicView(NamedTuple):
    """What the cluster says of a topic; `topic_id` is "" where the broker gives none."""

    topic_id: str
    partitions: int


def recreated(topic: str, before: str, now: str) -> ConsentryError:
    """The error for a topic of the same name with another id."""
    return ConsentryError(
        f"{topic} was deleted and created again: its id was {before}, and is {now}; its "
        "offsets begin again, so those that are committed mean other records",
        "Stop all workers, `consentry facts export`, raise the setting `generation`, and "
        "`consentry facts import --from earliest`. Where the topic was restored from a backup, "
        "each record at its former offset, start once with accept_lost_input instead.",
    )


def emptied(topic: str, before: str, now: str) -> ConsentryError:
    """The error for a topic that workers write to, with another id: what stood on it is gone."""
    return ConsentryError(
        f"{topic} was deleted and created again: its id was {before}, and is {now}; what stood "
        "on it is gone",
        "Findings and duties: start the workers, and `consentry outputs rebuild` publishes them "
        "again. The changelog: stop all workers, and restore it from a backup that is as new as the "
        "committed offsets, or raise the setting `generation` and `consentry facts import` a backup.",
    )


def topic_views(client: KafkaAdminClient, topics: tuple[str, ...]) -> dict[str, TopicView]:
    """The topics that exist. Raises what the client raises."""
    found = {}
    for one in client.describe_topics(list(topics)):
        if one["error_code"] == _UNKNOWN_TOPIC:
            continue
        topic_id = one.get("topic_id")
        known = topic_id is not None and UUID(str(topic_id)).int
        found[one["name"]] = TopicView(str(topic_id) if known else "", len(one["partitions"]))
    return found


class LogWatch:
    """Compares what the cluster says of the topics with what it said first.

    `read` and `written` are the topics that must stay the same, `counted` those with the same
    partition count, which is `count`.
    """

    def __init__(
        self,
        *,
        read: tuple[str, ...],
        written: tuple[str, ...],
        counted: tuple[str, ...],
        count: int,
    ) -> None:
        self._read = frozenset(read)
        self._lasting = lasting = (*read, *written)
        self._counted = counted
        self._count = count
        self._ids: dict[str, str] = {}
        self._missed = dict.fromkeys(lasting, 0)

    @property
    def topics(self) -> tuple[str, ...]:
        """All that are to be looked at."""
        return tuple(dict.fromkeys((*self._lasting, *self._counted)))

    def look(self, views: Mapping[str, TopicView]) -> None:
        """Take note of the topics as they are now.

        Raises ConsentryError when one was created again or is gone, and when partitions
        were added.
        """
        for topic in self._lasting:
            self._same(topic, views.get(topic))
        counts = {topic: views[topic].partitions for topic in self._counted if topic in views}
        # A topic that is being created has none yet.
        counts = {topic: count for topic, count in counts.items() if count}
        if counts:
            unchanged(same_counts(counts), (self._count,))

    def _same(self, topic: str, view: TopicView | None) -> None:
        self._missed[topic] = self._missed[topic] + 1 if view is None else 0
        if self._missed[topic] >= MISSING_LOOKS:
            raise ConsentryError(
                f"{topic} does not exist any more: it was deleted while the worker ran",
                "Restore it from a backup, each record at its former offset. Otherwise "
                "`consentry topics create` makes it again. Findings and duties come back with "
                "`consentry outputs rebuild`; for an input, `consentry facts export`, raise the "
                "setting `generation`, and `consentry facts import --from earliest`; for the "
                "changelog, import a backup.",
            )
        if view is not None and view.topic_id:
            before = self._ids.setdefault(topic, view.topic_id)
            if before != view.topic_id:
                error = recreated if topic in self._read else emptied
                raise error(topic, before, view.topic_id)


class Observer:
    """Asks the cluster, in a thread of its own over one connection that is kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = None
        # Not the loop's own executor: the end of the loop would wait for an answer.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log-watch")

    async def ask(self, topics: tuple[str, ...]) -> dict[str, TopicView]:
        """The topics that exist now. Raises what the client raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, topics)

    def _ask(self, topics: tuple[str, ...]) -> dict[str, TopicView]:
        from kafka.admin import KafkaAdminClient

        try:
            if self._client is None:
                self._client = KafkaAdminClient(
                    **self._settings.connection.kafka_python_options(),
                    client_id=self._settings.connection.client_name("worker"),
                    request_timeout_ms=30_000,
                )
            return topic_views(self._client, topics)
        except Exception:
            client, self._client = self._client, None
            if client is not None:
                with contextlib.suppress(Exception):
                    client.close()
            raise


def new_watch(settings: Settings) -> LogWatch:
    """The watch over the topics of an installation.

    Ticks may begin again, since later ones give the time, and who clears what was set aside
    may delete its topics.
    """
    names = settings.topics
    read = (*names.input_types, names.rekeyed, names.commands)
    written = (names.changelog, names.violations, names.duties)
    return LogWatch(
        read=read,
        written=written,
        counted=(*read, names.ticks, *written),
        count=settings.partitions,
    )


async def agreed_numbers(
    topics: tuple[str, ...], assigned: Iterable[tuple[str, int]]
) -> frozenset[int]:
    """The partition numbers that this worker was given. Raises ConsentryError, as `shared_numbers`.

    Where a topic is gone, or has more partitions than before, the watch over the topics knows
    it, says so in better words, and ends the process: so it has its time before this does.
    """
    try:
        return shared_numbers(topics, assigned)
    except ConsentryError:
        await asyncio.sleep(NOTICED_WITHIN_S)
        raise


async def watch_topics(settings: Settings, observer: Observer) -> None:
    """Look until cancelled. Raises ConsentryError when judging must not go on.

    A cluster that cannot be asked is asked again: that it is away shows elsewhere.
    """
    watch = new_watch(settings)
    while True:
        try:
            views = await observer.ask(watch.topics)
        except Exception as error:  # noqa: BLE001 - whatever the client says of a broker that is away
            log.debug("log_watch.unanswered", error=type(error).__name__)
        else:
            watch.look(views)
        await asyncio.sleep(LOOK_EVERY_S)
