"""A topic for each source of webhooks, kept for short, written by the receiver alone."""

from __future__ import annotations

from dataclasses import replace

from streams.settings import Settings
from streams.topics import Party, ProblemLevel, TopicKind, all_topics, find_problems, roles
from streams.topics.cluster import ClusterState, TopicState
from streams.topics.raw_topics import raw_topics

SETTINGS = Settings(webhooks=("shop", "mail"), topic_prefix="acc.", raw_partitions=2)


def cluster(**changed: TopicState) -> ClusterState:
    topics = {
        topic.name: TopicState(partitions=topic.partitions, replicas=1, config=topic.config)
        for topic in all_topics(SETTINGS)
    }
    return ClusterState(brokers=1, topics=topics | changed)


def test_each_source_has_one_and_without_sources_there_is_none() -> None:
    assert raw_topics(Settings()) == ()
    shop, mail = raw_topics(SETTINGS)
    assert (shop.name, mail.name) == ("acc.consentry.raw.shop", "acc.consentry.raw.mail")
    assert (shop.kind, shop.partitions, shop.co_partitioned) == (TopicKind.RAW, 2, False)
    assert shop.config["retention.ms"] == str(7 * 86_400_000)
    assert shop in all_topics(SETTINGS)


def test_the_receiver_may_write_them_and_nothing_else() -> None:
    assert Party.RECEIVER not in {role.name for role in roles(Settings())}
    [role] = [role for role in roles(SETTINGS) if role.name == Party.RECEIVER]
    topics = {grant.name for grant in role.grants if grant.resource == "topic"}
    assert topics == {"acc.consentry.raw.shop", "acc.consentry.raw.mail"}
    assert not any("Read" in grant.operations for grant in role.grants)


def test_other_counts_of_partitions_are_no_problem_and_long_retention_is() -> None:
    name = "acc.consentry.raw.shop"
    found = cluster().topics[name]
    assert not find_problems(SETTINGS, cluster(**{name: replace(found, partitions=9)}))
    long = replace(found, config={**found.config, "retention.ms": "-1"})
    [problem] = find_problems(SETTINGS, cluster(**{name: long}))
    assert (problem.weight, problem.topic) == (ProblemLevel.ERROR, name)
    assert "personal data" in problem.why


def test_a_topic_that_is_missing_stops_the_receiver_not_the_worker() -> None:
    state = cluster()
    there = {name: one for name, one in state.topics.items() if "raw" not in name}
    shop, mail = find_problems(SETTINGS, replace(state, topics=there))
    assert shop.why == mail.why == "the receiver of webhooks does not start without it"
