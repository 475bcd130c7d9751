"""What the cluster says of the topics that are verified: how many partitions, and which ids."""

from __future__ import annotations

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import Party, admin_session, all_topics
from streams.topics.cluster import read_cluster
from streams.topics.compression_checks import require_readable
from streams.transport.tasks.log_watch import topic_views


def count_partitions(settings: Settings, party: Party = Party.VERIFIER) -> int:
    """The partition count of all topics that a party reads.

    Raises ConsentryError when one is missing.
    """
    wanted = [t.name for t in all_topics(settings) if t.co_partitioned and party in t.readers]
    with admin_session(settings.connection) as admin:
        cluster = read_cluster(admin, wanted)
    hidden = sorted(cluster.hidden)
    if hidden:
        raise ConsentryError(
            f"the topic {hidden[0]} may not be described by this user",
            "`consentry topics create --dry-run` lists the access that each role needs.",
        )
    missing = [name for name in wanted if name not in cluster.topics]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ConsentryError(
            f"the topic {missing[0]} does not exist{more}",
            "Check application_id, generation and topic_prefix; `consentry topics check` "
            "says more.",
        )
    require_readable(settings, cluster, party)
    counts = {name: state.partitions for name, state in cluster.topics.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{topic} {count}" for topic, count in sorted(counts.items()))
        raise ConsentryError(
            f"the topics have different partition counts: {listed}",
            "`consentry topics check` says which are wrong.",
        )
    return next(iter(counts.values()))


def partitions_of(settings: Settings, topic: str) -> int:
    """The partition count of one topic, whatever the others have.

    Raises ConsentryError when it is missing, or may not be described.
    """
    with admin_session(settings.connection) as admin:
        cluster = read_cluster(admin, [topic])
    if topic in cluster.topics:
        return cluster.topics[topic].partitions
    raise ConsentryError(
        f"the topic {topic} does not exist, or may not be described by this user",
        "Check application_id, generation and topic_prefix, and the access of the role.",
    )


def topic_ids(settings: Settings) -> dict[str, str]:
    """The ids of the topics that the positions are of, as far as the broker states them."""
    names = settings.topics
    with admin_session(settings.connection) as admin:
        views = topic_views(admin, (*names.input_types, names.rekeyed, names.commands))
    return {topic: view.topic_id for topic, view in views.items() if view.topic_id}
