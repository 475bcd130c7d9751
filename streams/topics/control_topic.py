"""The topic of the policy in force."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.keeping import compacted
from streams.topics.topic import Party, Topic, TopicKind


def control_topic(settings: Settings) -> Topic:
    """One partition, so that all policies stand in one order, and a key for each, so that none goes."""
    return Topic(
        name=settings.topics.control,
        kind=TopicKind.CONTROL,
        description="The policy in force, and every policy before it: who changed it, when and why. "
        "Never delete it. Read it with isolation.level=read_committed.",
        key="policy/sequence",
        value="a policy with its registers, JSON (streams/control/record.py)",
        schemas=(),
        partitions=1,
        config=compacted(settings, stamped_by_broker=True),
        writers=(Party.WORKER, Party.POLICY),
        readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR, Party.POLICY),
        co_partitioned=False,
    )
