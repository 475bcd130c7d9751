"""Can a broker fail without loss, and without a standstill?"""

from __future__ import annotations

from collections.abc import Iterator

from streams.settings import Settings
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState, TopicState
from streams.topics.commands import configure_command
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem

_IN_SYNC = "min.insync.replicas"
_UNCLEAN = "unclean.leader.election.enable"


def replication_problems(settings: Settings, state: ClusterState) -> Iterator[TopicProblem]:
    """Too few copies, and copies that do not protect.

    Expected are as many as the settings say, else three, or as many as there are brokers.
    """
    expected = settings.replication_factor or min(3, state.brokers)
    bootstrap = settings.connection.bootstrap
    for topic in all_topics(settings):
        found = state.topics.get(topic.name)
        if found is None or not found.config:
            continue
        for weight, what, why, remedy, change in _faults(found, expected):
            commands = (configure_command(topic.name, bootstrap, change),) if change else ()
            yield TopicProblem(
                weight=weight,
                check=TopicAspect.REPLICATION,
                topic=topic.name,
                what=what,
                why=why,
                remedy=remedy,
                commands=commands,
            )


_Fault = tuple[ProblemLevel, str, str, str, dict[str, str]]
"""Weight, what, why, the remedy, and the settings to change where that repairs it."""


def _faults(topic: TopicState, expected: int) -> Iterator[_Fault]:
    copies = topic.replicas
    in_sync = int(topic.config.get(_IN_SYNC, 1))
    if in_sync > copies:
        yield (
            ProblemLevel.ERROR,
            f"{_IN_SYNC} is {in_sync}, and there are {copies} copies",
            "nothing can be written at all",
            "lower it:",
            {_IN_SYNC: str(max(1, copies - 1))},
        )
    elif in_sync == copies > 1:
        yield (
            ProblemLevel.WARNING,
            f"{_IN_SYNC} is {in_sync}, as many as there are copies",
            "the worker stands still whenever one broker is down",
            "lower it, or add a copy:",
            {_IN_SYNC: str(copies - 1)},
        )
    elif copies >= 3 and in_sync < 2:
        yield (
            ProblemLevel.WARNING,
            f"{_IN_SYNC} is {in_sync} with {copies} copies",
            "a write then counts when one broker has it, and is lost with that broker",
            "raise it:",
            {_IN_SYNC: "2"},
        )
    if copies < expected:
        yield (
            ProblemLevel.WARNING,
            f"each partition has {copies} of {expected} copies",
            "records are lost for good with the disk of one broker",
            (
                "have kafka-reassign-partitions add copies, or, while the topic is empty, delete "
                "it and create it again with CONSENTRY_REPLICATION_FACTOR set"
            ),
            {},
        )
    if topic.config.get(_UNCLEAN) == "true":
        yield (
            ProblemLevel.WARNING,
            f"{_UNCLEAN} is true",
            "a broker that missed records may become leader, and they are lost",
            "turn it off:",
            {_UNCLEAN: "false"},
        )
