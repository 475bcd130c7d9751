"""Made-up states of a cluster: everything in order, and one thing changed."""

from __future__ import annotations

from dataclasses import replace

from streams.settings import Settings
from streams.topics import ClusterState, TopicProblem, TopicState, all_topics, find_problems

SETTINGS = Settings(brokers=("kafka:9092",), partitions=4, replication_factor=3)
CHANGELOG = "consentry-subjects-changelog"

_BROKER_DEFAULTS = {
    "min.insync.replicas": "1",
    "segment.ms": "604800000",
    "retention.ms": "604800000",
    "unclean.leader.election.enable": "false",
}


def good_cluster(settings: Settings = SETTINGS) -> ClusterState:
    """A cluster of three brokers on which all topics are as the catalogue wants them."""
    topics = {
        topic.name: TopicState(
            partitions=topic.partitions, replicas=3, config=_BROKER_DEFAULTS | dict(topic.config)
        )
        for topic in all_topics(settings)
    }
    return ClusterState(brokers=3, topics=topics)


def without(state: ClusterState, name: str) -> ClusterState:
    """The cluster with one topic missing."""
    return replace(state, topics={k: v for k, v in state.topics.items() if k != name})


def with_config(state: ClusterState, name: str, **config: str) -> ClusterState:
    """The cluster with settings of one topic changed; `_` stands for the dots of a key."""
    topic = state.topics[name]
    changed = {key.replace("_", "."): value for key, value in config.items()}
    return _put(state, name, replace(topic, config=dict(topic.config) | changed))


def with_partitions(state: ClusterState, name: str, partitions: int) -> ClusterState:
    """The cluster with another number of partitions of one topic."""
    return _put(state, name, replace(state.topics[name], partitions=partitions))


def with_replicas(state: ClusterState, name: str, replicas: int) -> ClusterState:
    """The cluster with another number of copies of one topic."""
    return _put(state, name, replace(state.topics[name], replicas=replicas))


def _put(state: ClusterState, name: str, topic: TopicState) -> ClusterState:
    return replace(state, topics=dict(state.topics) | {name: topic})


def only(state: ClusterState, settings: Settings = SETTINGS) -> TopicProblem:
    """The one problem of a cluster, which says what, why and what to do."""
    (problem,) = find_problems(settings, state)
    assert problem.what
    assert problem.why
    assert problem.remedy
    return problem
