"""What an installation is to become that gets more partitions, and what is there already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import admin_session, all_topics
from streams.topics.cluster import ClusterState, read_cluster
from streams.topics.group_members import members_of

MOST: Final = 1_000
"""Of the setting `partitions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPlan:
    """`settings` are those of before, `target` those of afterwards.

    `before` is the number of partitions of the state, `raised` the topics that get more, with the
    number that they have, `created` the new ones. `begun`: some were raised already, so that the
    workers of before cannot run any more. `workers` are members of the groups of before and
    afterwards, `sinks` the groups of deliverers.
    """

    settings: Settings
    target: Settings
    before: int
    raised: dict[str, int]
    begun: bool
    created: tuple[str, ...]
    workers: tuple[str, ...]
    sinks: tuple[str, ...]

    @property
    def changed(self) -> dict[str, str | int]:
        """The settings that are others afterwards."""
        return {
            name: getattr(self.target, name)
            for name in ("partitions", "generation", "topic_violations", "topic_duties")
        }

    def require_stopped(self) -> None:
        """Raises ConsentryError naming the workers that run."""
        running = _workers(self.settings, self.target)
        if running:
            raise ConsentryError(
                f"workers run: {', '.join(running)}",
                "Stop all workers, and say it again. One with an instance_id stays a member until "
                "its session ends, or `consentry worker remove` takes it out.",
            )


def plan_growth(
    settings: Settings, to: int, *, violations: str | None = None, duties: str | None = None
) -> GrowthPlan:
    """Look at the cluster, and plan. `violations` and `duties` are names of the new topics.

    Raises ConsentryError where there is no state, and where the number cannot be.
    """
    target = _target(settings, to, violations, duties)
    changelog = settings.topics.changelog
    with admin_session(settings.connection) as client:
        names = [topic.name for topic in all_topics(target)]
        cluster = read_cluster(client, {*names, changelog})
        groups = [one["group_id"] for one in client.list_groups()]
    if changelog not in cluster.topics:
        raise ConsentryError(
            f"the topic {changelog} does not exist, so there is no state that could grow",
            "Check application_id, generation and topic_prefix.",
        )
    before = cluster.topics[changelog].partitions
    _require_more(to, before, target, cluster)
    keyed = [topic.name for topic in all_topics(target) if topic.co_partitioned]
    return GrowthPlan(
        settings=settings,
        target=target,
        before=before,
        raised={
            name: cluster.topics[name].partitions
            for name in keyed
            if name in cluster.topics and cluster.topics[name].partitions < to
        },
        begun=any(
            cluster.topics[name].partitions != before
            for name in settings.topics.judged
            if name in cluster.topics
        ),
        created=tuple(name for name in names if name not in cluster.topics),
        workers=tuple(_workers(settings, target)),
        sinks=tuple(sorted(one for one in groups if one.startswith(settings.delivery_group("")))),
    )


def _target(settings: Settings, to: int, violations: str | None, duties: str | None) -> Settings:
    generation = settings.generation + 1
    return settings.model_copy(
        update={
            "partitions": to,
            "generation": generation,
            "topic_violations": violations or _successor(settings.topic_violations, generation),
            "topic_duties": duties or _successor(settings.topic_duties, generation),
        }
    )


def _successor(name: str, generation: int) -> str:
    """`consentry.violations-3` after `consentry.violations-2`."""
    return re.sub(rf"-{generation - 1}$", "", name) + f"-{generation}"


def _require_more(to: int, before: int, target: Settings, cluster: ClusterState) -> None:
    if not before < to <= MOST:
        raise ConsentryError(
            f"--to {to}: the state has {before} partitions",
            f"Allowed: {before + 1} to {MOST}. Partitions can only become more.",
        )
    for topic in all_topics(target):
        state = cluster.topics.get(topic.name)
        if state is not None and topic.co_partitioned and state.partitions > to:
            raise ConsentryError(
                f"{topic.name} has {state.partitions} partitions already",
                f"Kafka takes none away: say --to {state.partitions}.",
            )


def _workers(settings: Settings, target: Settings) -> list[str]:
    return [*members_of(settings), *members_of(target)]
