"""The roles of what stands in front: the receiver of webhooks, and ingest."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.acl_grants import AclGrant, ingest_grants, on_topic
from streams.topics.role import Role
from streams.topics.topic import Party, Topic


def receiver_roles(topics: tuple[Topic, ...]) -> tuple[Role, ...]:
    """Who writes webhooks; nobody where none are received."""
    grants = tuple(
        on_topic(topic, "writes webhooks as they came", "Write", "Describe", "DescribeConfigs")
        for topic in topics
        if Party.RECEIVER in topic.writers
    )
    if not grants:
        return ()
    idempotent = AclGrant(
        resource="cluster",
        name="kafka-cluster",
        operations=("IdempotentWrite",),
        why="idempotent producers on brokers before 2.8",
    )
    return (
        Role(
            name=Party.RECEIVER,
            user="consentry-receive",
            description="Runs `consentry receive`: it writes webhooks, and reads nothing.",
            grants=(*grants, idempotent),
        ),
    )


def ingest_role(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    """Who maps records of other systems."""
    return Role(
        name=Party.INGEST,
        user="consentry-ingest",
        description="Runs `consentry ingest`. Beside these, grant it Read and Describe on each "
        "topic that the settings file names as a source or as identities_topic.",
        grants=ingest_grants(settings, topics),
    )
