"""What a cluster says about its topics, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

_TOPIC_AUTHORIZATION_FAILED = 29


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """A topic that exists.

    `replicas` is the smallest number of copies of any partition. `config` holds the
    settings in force; it is empty when the user may not read them.
    """

    partitions: int
    replicas: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterState:
    """The brokers and the topics asked for; a topic in neither collection is missing."""

    brokers: int
    topics: Mapping[str, TopicState]
    hidden: frozenset[str] = frozenset()
    """Topics that the user may not describe: whether they exist is unknown."""


def read_cluster(client: KafkaAdminClient, names: Iterable[str]) -> ClusterState:
    """Ask for the state of the named topics. Creates none, whatever the broker's default."""
    from kafka.admin import ConfigResource, ConfigResourceType

    described = client.describe_topics(list(names))
    found = {topic["name"]: topic for topic in described if topic["error_code"] == 0}
    hidden = {t["name"] for t in described if t["error_code"] == _TOPIC_AUTHORIZATION_FAILED}
    configs: Mapping[str, Mapping[str, Mapping[str, object]]] = {}
    if found:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
        configs = client.describe_configs(resources, config_filter="all").get("topic", {})
    return ClusterState(
        brokers=len(client.describe_cluster()["brokers"]),
        topics={
            name: TopicState(
                partitions=len(topic["partitions"]),
                replicas=min(len(p["replica_nodes"]) for p in topic["partitions"]),
                config={
                    key: str(entry["value"])
                    for key, entry in configs.get(name, {}).items()
                    if entry["value"] is not None
                },
            )
            for name, topic in found.items()
        },
        hidden=frozenset(hidden),
    )
