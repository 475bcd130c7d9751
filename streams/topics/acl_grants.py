"""Operations on resources of a cluster, each with why somebody needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from streams.settings import Settings
from streams.topics.topic import Party, Topic

ResourceType = Literal["topic", "group", "transactional-id", "cluster"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AclGrant:
    """Operations on one resource. `prefixed`: on all whose name begins so."""

    resource: ResourceType
    name: str
    operations: tuple[str, ...]
    why: str
    prefixed: bool = False


def on_topic(topic: Topic, why: str, *operations: str) -> AclGrant:
    """Operations on one topic."""
    return AclGrant(resource="topic", name=topic.name, operations=operations, why=why)


def describe_group(settings: Settings, why: str) -> AclGrant:
    """Look at the group of the workers, and no more."""
    return AclGrant(resource="group", name=settings.group_id, operations=("Describe",), why=why)


def worker_transactions(settings: Settings, why: str) -> tuple[AclGrant, AclGrant]:
    """Write as the owner of a partition number does."""
    return (
        AclGrant(
            resource="transactional-id",
            name=settings.transactional_id_prefix,
            operations=("Write", "Describe"),
            why=why,
            prefixed=True,
        ),
        AclGrant(
            resource="cluster",
            name="kafka-cluster",
            operations=("IdempotentWrite",),
            why="idempotent producers on brokers before 2.8",
        ),
    )


def control_transactions(settings: Settings) -> AclGrant:
    """Write a policy."""
    return AclGrant(
        resource="transactional-id",
        name=settings.control_transactional_id,
        operations=("Write", "Describe"),
        why="one writer of policies at a time",
    )


def ingest_grants(settings: Settings, topics: Iterable[Topic]) -> tuple[AclGrant, ...]:
    """Read webhooks and what is to be mapped again, write what maps make, as one producer for each instance."""
    reads = [
        on_topic(topic, f"reads the {topic.kind}", "Read", "Describe")
        for topic in topics
        if Party.INGEST in topic.readers
    ]
    writes = [
        on_topic(topic, "writes what the maps make", "Write", "Describe")
        for topic in topics
        if Party.INGEST in topic.writers
    ]
    return (
        *reads,
        *writes,
        AclGrant(
            resource="group",
            name=settings.ingest_group,
            operations=("Read", "Describe"),
            why="joins the group that reads the sources, and commits offsets in transactions",
        ),
        AclGrant(
            resource="transactional-id",
            name=f"{settings.ingest_group}-",
            operations=("Write", "Describe"),
            why="one producer for each instance",
            prefixed=True,
        ),
        AclGrant(
            resource="cluster",
            name="kafka-cluster",
            operations=("IdempotentWrite", "Describe"),
            why="idempotent producers on brokers before 2.8, and the number of brokers",
        ),
    )
