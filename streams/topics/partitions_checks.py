"""Do all topics have the same number of partitions?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from streams.settings import Settings
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState
from streams.topics.commands import create_command, delete_command
from streams.topics.foreign import INGEST
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.topic import Topic, TopicKind

_WHY = (
    "a person's events, state and findings must meet on one partition number, and the key "
    "leads to another one when the number differs"
)


def partition_problems(settings: Settings, state: ClusterState) -> Iterator[TopicProblem]:
    """Unequal counts, or counts that all differ from the setting.

    The count of a topic with records is never to be changed: Kafka would lead the same
    person to another partition than before, away from history and state.
    """
    topics = [t for t in all_topics(settings) if t.co_partitioned and t.name in state.topics]
    counts = Counter(state.topics[topic.name].partitions for topic in topics)
    if not counts or set(counts) == {settings.partitions}:
        return
    if len(counts) == 1:
        (count,) = counts
        yield TopicProblem(
            weight=ProblemLevel.ERROR,
            check=TopicAspect.PARTITIONS,
            topic="all topics",
            what=f"they have {count} partitions each, and the setting says {settings.partitions}",
            why="the setting must say what is there: it cannot change it",
            remedy="correct the setting:",
            commands=(f"export CONSENTRY_PARTITIONS={count}",),
        )
        return
    for topic in topics:
        count = state.topics[topic.name].partitions
        if count != settings.partitions:
            yield _other(topic, count, settings)


def _other(topic: Topic, count: int, settings: Settings) -> TopicProblem:
    bootstrap = settings.connection.bootstrap
    remake = (
        delete_command(topic.name, bootstrap),
        create_command(topic, bootstrap, settings.replication_factor),
    )
    commands: tuple[str, ...] = ()
    if topic.kind is TopicKind.INPUT:
        grow = (
            f"`consentry partitions grow --to {count}`, with all workers stopped, brings all "
            "others to its number. "
            if count > settings.partitions
            else ""
        )
        remedy = (
            f"{INGEST}{grow}Else do not alter it: people would move to other partitions. "
            "While it is still empty, delete it and create it again; otherwise let ingest copy "
            f"it onto one of another name with {settings.partitions} partitions. If most inputs "
            "have this number, set CONSENTRY_PARTITIONS to it instead. While empty:"
        )
        commands = remake
    elif topic.kind is TopicKind.CHANGELOG:
        remedy = (
            f"it is the state of this generation: with all workers stopped and "
            f"CONSENTRY_PARTITIONS={count}, `consentry partitions grow --to {settings.partitions}` "
            'makes the next one of it (docs/operations.md, "Another number of partitions")'
            if count < settings.partitions
            else f"it is the state of this generation, and partitions never become fewer: set "
            f"CONSENTRY_PARTITIONS={count}"
        )
    else:
        remedy = (
            "stop all workers; once its readers have read what they need, delete it and create "
            "it again:"
        )
        commands = remake
    return TopicProblem(
        weight=ProblemLevel.ERROR,
        check=TopicAspect.PARTITIONS,
        topic=topic.name,
        what=f"it has {count} partitions, and the others need {settings.partitions}",
        why=_WHY,
        remedy=remedy,
        commands=commands,
    )
