"""Create the topics that are missing, and touch none that exist."""

from __future__ import annotations

from dataclasses import dataclass

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState, read_cluster
from streams.topics.commands import create_command
from streams.topics.ownership import require_own_groups
from streams.topics.session import admin_session
from streams.topics.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Names of the topics that were made and of those that were there already."""

    created: tuple[str, ...]
    existing: tuple[str, ...]


def create_topics(settings: Settings) -> Created:
    """Create every missing topic, partition counts and settings as in the catalogue.

    Does nothing to existing topics: `check_topics` says what is wrong with them. Raises
    ConsentryError, before anything is made, when existing topics have another partition
    count, since new ones beside them would not fit, and when the consumer group is another
    installation's.
    """
    from kafka.errors import for_code

    wanted = all_topics(settings)
    with admin_session(settings.connection) as client:
        require_own_groups(client, settings)
        state = read_cluster(client, [topic.name for topic in wanted])
        _refuse_other_partitions(settings, state)
        missing = [topic for topic in wanted if topic.name not in state.topics]
        existing = [topic.name for topic in wanted if topic.name in state.topics]
        made: list[str] = []
        if missing:
            answer = client.create_topics(
                {topic.name: _request(topic, settings) for topic in missing},
                raise_errors=False,
            )
            refused = []
            for topic in answer["topics"]:
                kind = for_code(topic["error_code"]).__name__
                if topic["error_code"] == 0:
                    made.append(topic["name"])
                elif kind == "TopicAlreadyExistsError":  # another one was faster
                    existing.append(topic["name"])
                else:
                    refused.append(f"{topic['name']}: {topic.get('error_message') or kind}")
            if refused:
                raise _not_created(refused, made)
            client.wait_for_topics(made)
    return Created(created=tuple(made), existing=tuple(existing))


def missing_commands(settings: Settings) -> tuple[str, ...]:
    """The `kafka-topics` lines for the topics that are missing. Creates nothing.

    Raises ConsentryError as `create_topics` does.
    """
    wanted = all_topics(settings)
    with admin_session(settings.connection) as client:
        state = read_cluster(client, [topic.name for topic in wanted])
    _refuse_other_partitions(settings, state)
    bootstrap, copies = settings.connection.bootstrap, settings.replication_factor
    return tuple(
        create_command(topic, bootstrap, copies)
        for topic in wanted
        if topic.name not in state.topics
    )


def _request(topic: Topic, settings: Settings) -> dict[str, object]:
    return {
        "num_partitions": topic.partitions,
        # -1 leaves the number of copies to the cluster's default.
        "replication_factor": settings.replication_factor or -1,
        "configs": dict(topic.config),
    }


def _refuse_other_partitions(settings: Settings, state: ClusterState) -> None:
    together = {topic.name for topic in all_topics(settings) if topic.co_partitioned}
    found = {n: topic.partitions for n, topic in state.topics.items() if n in together}
    others = {name: count for name, count in found.items() if count != settings.partitions}
    if others:
        counts = ", ".join(f"{name} has {count}" for name, count in sorted(others.items()))
        agreed = set(others.values()) if len(others) == len(found) else set()
        remedy = (
            f"They agree among themselves: set CONSENTRY_PARTITIONS={agreed.pop()}."
            if len(agreed) == 1
            else "All topics need the same number, so that a person's events and state meet on "
            "one partition. `consentry topics check` says how to put it right."
        )
        raise ConsentryError(
            f"topics exist with another number of partitions than {settings.partitions}: "
            f"{counts}; nothing was created",
            remedy,
        )


def _not_created(refused: list[str], made: list[str]) -> ConsentryError:
    done = f" (created before: {', '.join(made)})" if made else ""
    return ConsentryError(
        "the cluster did not create " + "; ".join(refused) + done,
        "Remove the cause and run the command again: it creates only what is missing. A user "
        "who may not create topics can hand the list of `consentry topics create --dry-run` "
        "to those who may.",
    )
