"""The roles of those who put things right on a live bus."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.acl_grants import (
    AclGrant,
    control_transactions,
    on_topic,
    worker_transactions,
)
from streams.topics.role import Role
from streams.topics.topic import Party, Topic, TopicKind


def replayer(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    """Sends to the inputs and to ingest what was set aside, and purges it."""
    return Role(
        name=Party.DEAD_LETTER_OPERATOR,
        user="consentry-replay",
        description="With the role of the readers of dead letters (and of quarantined records) runs "
        "`consentry dead-letters replay` and `purge`: sends to the inputs, and to ingest, what was set "
        "aside.",
        grants=(
            *(
                on_topic(topic, "sends records again", "Write", "Describe")
                for topic in topics
                if {Party.PRODUCERS, Party.DEAD_LETTER_OPERATOR} & set(topic.writers)
            ),
            *(
                on_topic(topic, "purges it", "Delete", "Describe")
                for topic in topics
                if Party.DEAD_LETTER_READERS in topic.readers
            ),
            AclGrant(
                resource="transactional-id",
                name=f"{settings.application_id}-replay",
                operations=("Write", "Describe"),
                why="all of a run is one transaction",
            ),
        ),
    )


def operator(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    """Writes orders into the state of workers."""

    def of(topic: Topic) -> AclGrant:
        if topic.kind is TopicKind.OUTPUT:
            return on_topic(topic, "publishes what `facts import` brings", "Write", "Describe")
        if topic.kind is TopicKind.CONTROL:
            return on_topic(topic, "reads the policy in force", "Read", "Describe")
        if Party.OPERATOR in topic.writers:
            why = f"writes what is to be set aside, or read again, into the {topic.kind}"
            return on_topic(topic, why, "Read", "Write", "Describe")
        if Party.OPERATOR in topic.readers:
            return on_topic(topic, "looks at the record", "Read", "Describe")
        return on_topic(topic, "counts its partitions", "Describe")

    return Role(
        name=Party.OPERATOR,
        user="consentry-operator",
        description="Runs `consentry skip`, `resume`, `offsets restore` and `facts import`. For a moment it takes the place of the "
        "worker of one partition number, which ends; so give it to few.",
        grants=(
            *(
                of(topic)
                for topic in topics
                if Party.VERIFIER in topic.readers
                and (topic.co_partitioned or Party.OPERATOR in topic.readers)
            ),
            AclGrant(
                resource="group",
                name=settings.group_id,
                operations=("Read", "Describe"),
                why="asks for the offsets that the workers committed, and sets them",
            ),
            *worker_transactions(settings, "owns the partition number while it writes"),
        ),
    )


def commander(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    """Orders workers to erase, to restrict processing, and to publish again."""
    del settings

    def of(topic: Topic) -> AclGrant:
        if Party.COMMANDER in topic.writers:
            return on_topic(topic, "sends commands", "Write", "Describe")
        return on_topic(topic, "waits for the results", "Read", "Describe")

    return Role(
        name=Party.COMMANDER,
        user="consentry-commander",
        description="Runs `consentry restrict` and, with the role verifier, `erase` and `outputs rebuild`. "
        "What it erases is gone for good; so give it to few.",
        grants=tuple(
            of(topic)
            for topic in topics
            if Party.COMMANDER in topic.writers or Party.COMMANDER in topic.readers
        ),
    )


def policy_officer(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    """Changes the policy of all workers."""

    def of(topic: Topic) -> AclGrant:
        if Party.POLICY in topic.writers:
            return on_topic(topic, "writes and reads policies", "Read", "Write", "Describe")
        return on_topic(topic, "judges the stored facts on trial", "Read", "Describe")

    return Role(
        name=Party.POLICY,
        user="consentry-policy",
        description="Runs `consentry policy try`, `apply`, `history` and `show`. What it applies "
        "decides every verdict; so give it to few.",
        grants=(
            *(of(topic) for topic in topics if Party.POLICY in topic.readers),
            control_transactions(settings),
        ),
    )
