"""All partitions to one member of a group; the others stand by.

An alert groups findings of all partitions, so one deliverer at a time must see them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)


class SingleMemberAssignor(AbstractPartitionAssignor):  # type: ignore[misc]  # aiokafka has no types
    """Chooses the member whose id comes first; who comes later may be chosen in its place."""

    name = "consentry-one-member"
    version = 0

    @classmethod
    def assign(
        cls, cluster: Any, members: Mapping[str, Any]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Everything to the first, nothing to the rest."""
        topics = sorted({topic for one in members.values() for topic in one.subscription})
        everything = [
            (topic, sorted(cluster.partitions_for_topic(topic) or ())) for topic in topics
        ]
        first = min(members)
        return {
            member: ConsumerProtocolMemberAssignment(
                cls.version, everything if member == first else [], b""
            )
            for member in members
        }

    @classmethod
    def metadata(cls, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What a member reports of itself."""
        return ConsumerProtocolMemberMetadata(cls.version, list(topics), b"")

    @classmethod
    def on_assignment(cls, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Nothing is remembered."""
