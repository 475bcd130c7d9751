"""Compare the topics that exist with the catalogue: a pure function over plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from streams.settings import Settings
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState, TopicState, read_cluster
from streams.topics.codecs import unreadable_codecs
from streams.topics.commands import create_command
from streams.topics.compression_checks import compression_problems
from streams.topics.keeping_checks import (
    cleanup_problems,
    compaction_problems,
    removal_problems,
    retention_problems,
    timestamp_problems,
)
from streams.topics.ownership import require_own_groups
from streams.topics.partitions_checks import partition_problems
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.replication_checks import replication_problems
from streams.topics.session import admin_session
from streams.topics.sizes_checks import size_problems
from streams.topics.topic import Party, Topic

TopicCheck = Callable[[Topic, TopicState, str], Iterator[TopicProblem]]

_TOPIC_CHECKS: tuple[TopicCheck, ...] = (
    cleanup_problems,
    compaction_problems,
    removal_problems,
    retention_problems,
    timestamp_problems,
)


def check_topics(settings: Settings) -> list[TopicProblem]:
    """Everything that is wrong with the topics on the cluster; empty when all is well.

    Raises ConsentryError when the cluster cannot be asked, and when the consumer group is
    another installation's.
    """
    with admin_session(settings.connection) as client:
        require_own_groups(client, settings)
        state = read_cluster(client, [topic.name for topic in all_topics(settings)])
    return find_problems(settings, state, unreadable_codecs())


def find_problems(
    settings: Settings, state: ClusterState, unreadable: Collection[str] = ()
) -> list[TopicProblem]:
    """The problems of a cluster in that state, errors first, else in the catalogue's order.

    `unreadable` are the codecs that this process cannot read.
    """
    problems: list[TopicProblem] = []
    bootstrap = settings.connection.bootstrap
    for topic in all_topics(settings):
        if topic.name in state.hidden:
            problems.append(_hidden(topic.name, "describe it"))
        elif topic.name not in state.topics:
            problems.append(_missing(topic, settings))
        elif not state.topics[topic.name].config:
            problems.append(_hidden(topic.name, "read its settings"))
        else:
            existing = state.topics[topic.name]
            for check in _TOPIC_CHECKS:
                problems.extend(check(topic, existing, bootstrap))
    problems.extend(partition_problems(settings, state))
    problems.extend(size_problems(settings, state))
    problems.extend(replication_problems(settings, state))
    problems.extend(compression_problems(settings, state, unreadable))
    return sorted(problems, key=lambda problem: problem.weight is not ProblemLevel.ERROR)


def _missing(topic: Topic, settings: Settings) -> TopicProblem:
    return TopicProblem(
        weight=ProblemLevel.ERROR,
        check=TopicAspect.MISSING,
        topic=topic.name,
        what="the topic does not exist",
        why=f"{_without(topic)} not start without it",
        remedy="create what is missing with `consentry topics create`, or by hand:",
        commands=(
            create_command(topic, settings.connection.bootstrap, settings.replication_factor),
        ),
    )


def _without(topic: Topic) -> str:
    parties = {*topic.readers, *topic.writers}
    return "the worker does" if Party.WORKER in parties else f"the {topic.writers[0]} does"


def _hidden(name: str, doing: str) -> TopicProblem:
    return TopicProblem(
        weight=ProblemLevel.ERROR,
        check=TopicAspect.HIDDEN,
        topic=name,
        what=f"the user may not {doing}",
        why="it cannot be checked",
        remedy="run the check as an administrator, or grant Describe and DescribeConfigs "
        "(`consentry topics create --dry-run` lists the ACLs of each role)",
    )
