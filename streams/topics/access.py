"""Who needs to do what: the ACLs of each role, as data and as `kafka-acls` lines."""

from __future__ import annotations

import shlex

from streams.settings import Settings
from streams.topics.acl_grants import (
    AclGrant,
    control_transactions,
    describe_group,
    on_topic,
    worker_transactions,
)
from streams.topics.catalogue import all_topics
from streams.topics.edge_access import ingest_role, receiver_roles
from streams.topics.operator_roles import commander, operator, policy_officer, replayer
from streams.topics.role import Role
from streams.topics.topic import Party, Topic


def roles(settings: Settings) -> tuple[Role, ...]:
    """All roles: producers, worker, ingest, readers, verifier, operators, administrator."""
    topics = all_topics(settings)
    return (
        *(_producer(topic) for topic in topics if Party.PRODUCERS in topic.writers),
        _worker(settings, topics),
        *_scheduler(topics),
        *receiver_roles(topics),
        ingest_role(settings, topics),
        _delivery(settings, topics),
        _reader(
            settings,
            topics,
            Party.DEAD_LETTER_READERS,
            "dead-letters",
            "Runs `consentry dead-letters list` and `show`: looks into records that could not be "
            "judged; they may hold personal data.",
        ),
        _reader(
            settings,
            topics,
            Party.QUARANTINE_READERS,
            "quarantine",
            "Looks into quarantined records, and purges them; they do hold personal data. As few "
            "people as possible.",
            deletes=True,
        ),
        replayer(settings, topics),
        _verifier(settings, topics),
        operator(settings, topics),
        policy_officer(settings, topics),
        commander(settings, topics),
        _administrator(settings, topics),
    )


def acl_commands(role: Role, bootstrap: str) -> tuple[str, ...]:
    """The `kafka-acls` lines that give a role what it needs."""
    lines = []
    for grant in role.grants:
        words = ["kafka-acls", "--bootstrap-server", bootstrap, "--add"]
        words += ["--allow-principal", f"User:{role.user}"]
        for operation in grant.operations:
            words += ["--operation", operation]
        words += [f"--{grant.resource}"]
        if grant.resource != "cluster":
            words += [grant.name]
        if grant.prefixed:
            words += ["--resource-pattern-type", "prefixed"]
        lines.append(shlex.join(words))
    return tuple(lines)


def _producer(topic: Topic) -> Role:
    return Role(
        name=f"producer of {topic.name}",
        user=f"{topic.name}-producer",
        description="A producing team, for its own topic only.",
        grants=(on_topic(topic, "sends its events", "Write", "Describe"),),
    )


def _worker(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    grants = []
    for topic in topics:
        reads, writes = Party.WORKER in topic.readers, Party.WORKER in topic.writers
        operations = ["Read"] * reads + ["Write"] * writes + ["Describe", "DescribeConfigs"]
        why = {(True, True): "writes and reads", (True, False): "reads", (False, True): "writes"}
        what = why.get((reads, writes), "may look at, for `topics check`,")
        grants.append(on_topic(topic, f"{what} the {topic.kind}", *operations))
    return Role(
        name="worker",
        user="consentry-worker",
        description="Judges. Makes no topics: Faust's changelog is among these, and its leader "
        "and reply topics are switched off.",
        grants=(
            *grants,
            AclGrant(
                resource="group",
                name=settings.group_id,
                operations=("Read", "Describe"),
                why="joins the workers' group, and commits offsets in transactions",
            ),
            *worker_transactions(settings, "one producer for each partition number"),
            control_transactions(settings),
        ),
    )


def _scheduler(topics: tuple[Topic, ...]) -> tuple[Role, ...]:
    grants = tuple(
        on_topic(topic, "sends ticks", "Write", "Describe")
        for topic in topics
        if Party.SCHEDULER in topic.writers
    )
    if not grants:
        return ()
    return (
        Role(
            name=Party.SCHEDULER,
            user="consentry-ticks",
            description="Writes a tick to every partition at each interval.",
            grants=grants,
        ),
    )


def _reader(
    settings: Settings,
    topics: tuple[Topic, ...],
    party: Party,
    word: str,
    description: str,
    *,
    deletes: bool = False,
) -> Role:
    why = "reads and purges it" if deletes else "reads it"
    operations = ("Read", "Delete", "Describe") if deletes else ("Read", "Describe")
    grants = [on_topic(t, why, *operations) for t in topics if party in t.readers]
    return Role(
        name=party,
        user=f"consentry-{word}",
        description=description,
        grants=(
            *grants,
            AclGrant(
                resource="group",
                name=f"{settings.application_id}-{word}",
                operations=("Read", "Describe"),
                why="keeps its place between runs",
                prefixed=True,
            ),
        ),
    )


def _delivery(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    reader = _reader(
        settings,
        topics,
        Party.DELIVERY,
        "delivery",
        "Runs `consentry deliver`: brings findings and duties to SIEM and alerting, each sink in "
        "a group of its own. Runs `consentry delivery-dead-letters` too.",
    )
    keeps = {
        topic.name: on_topic(topic, f"keeps the {topic.kind}", "Read", "Write", "Describe")
        for topic in topics
        if Party.DELIVERY in topic.writers
    }
    return Role(
        name=reader.name,
        user=reader.user,
        description=reader.description,
        grants=(
            *(keeps.get(grant.name, grant) for grant in reader.grants),
            AclGrant(
                resource="transactional-id",
                name=f"{settings.application_id}-delivery-",
                operations=("Write", "Describe"),
                why="one producer for each sink for people",
                prefixed=True,
            ),
        ),
    )


def _verifier(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    return Role(
        name=Party.VERIFIER,
        user="consentry-verifier",
        description="Runs `consentry verify`. Reads every topic: what is quarantined stands on the "
        "inputs too. Writes nothing.",
        grants=(
            *(
                on_topic(topic, f"reads the {topic.kind}", "Read", "Describe")
                for topic in topics
                if Party.VERIFIER in topic.readers
            ),
            describe_group(settings, "asks for the offsets that the workers committed"),
        ),
    )


def _administrator(settings: Settings, topics: tuple[Topic, ...]) -> Role:
    return Role(
        name="administrator",
        user="consentry-admin",
        description="Runs `consentry topics create` and `check`. Reads no events.",
        grants=(
            *(
                on_topic(t, "creates and checks it", "Create", "Describe", "DescribeConfigs")
                for t in topics
            ),
            describe_group(settings, "sees whose group it is"),
            AclGrant(
                resource="cluster",
                name="kafka-cluster",
                operations=("Describe",),
                why="counts the brokers",
            ),
        ),
    )
