"""What must be true of every topic and every role."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.settings import Settings
from streams.topics import Party, Topic, TopicKind, acl_commands, all_topics, roles
from streams.topics.commands import configure_command, create_command

SCHEMAS = Path(__file__).parents[2] / "schemas"
TOPICS = all_topics(Settings())
NAMES = [topic.name for topic in TOPICS]


@pytest.mark.parametrize("topic", TOPICS, ids=NAMES)
def test_every_topic_says_what_it_is_and_who_uses_it(topic: Topic) -> None:
    assert topic.description.endswith(".")
    assert topic.key
    assert topic.value
    assert topic.writers
    assert topic.readers
    alone = topic.kind in (TopicKind.ALERT_STATE, TopicKind.CONTROL)
    assert topic.co_partitioned is not alone
    assert topic.partitions == (12 if topic.co_partitioned else 1)


@pytest.mark.parametrize("topic", TOPICS, ids=NAMES)
def test_schemas_are_there(topic: Topic) -> None:
    missing = [name for name in topic.schemas if not (SCHEMAS / f"{name}.avsc").is_file()]
    assert not missing
    assert topic.schemas or topic.kind in (
        TopicKind.TICKS,
        TopicKind.CHANGELOG,
        TopicKind.ALERT_STATE,
        TopicKind.CONTROL,
        TopicKind.COMMANDS,
        TopicKind.COMMAND_RESULTS,
        TopicKind.REJECTS,
        TopicKind.INGEST_REPLAY,
    )


def test_every_schema_is_on_a_topic() -> None:
    used = {name for topic in TOPICS for name in topic.schemas}
    assert {path.stem for path in SCHEMAS.glob("*.avsc")} == used


def test_every_name_of_the_settings_is_a_topic_once() -> None:
    names = Settings().topics
    assert sorted(NAMES) == sorted(
        getattr(names, slot) for slot in names.__slots__ if slot not in ("raw", "further")
    )
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("topic", TOPICS, ids=NAMES)
def test_what_a_topic_keeps(topic: Topic) -> None:
    compacted = (
        TopicKind.OUTPUT,
        TopicKind.CHANGELOG,
        TopicKind.ALERT_STATE,
        TopicKind.CONTROL,
        TopicKind.COMMAND_RESULTS,
    )
    if topic.kind in compacted:
        assert topic.config["cleanup.policy"] == "compact"
        assert "retention.ms" not in topic.config
    else:
        assert topic.config["cleanup.policy"] == "delete"
        # Retention goes by record time stamps, so they must be the broker's.
        assert topic.config["message.timestamp.type"] == "LogAppendTime"


def test_quarantine_is_gone_sooner_than_dead_letters_and_segments_roll_in_time() -> None:
    by_name = {topic.name: topic.config for topic in TOPICS}
    quarantine, dead = by_name["consentry.quarantine"], by_name["consentry.dead-letters"]
    assert int(quarantine["retention.ms"]) == 3 * 86_400_000
    assert int(dead["retention.ms"]) == 14 * 86_400_000
    for config in (quarantine, dead):
        assert int(config["segment.ms"]) * 12 == int(config["retention.ms"])


def test_aside_topics_hold_more_than_inputs() -> None:
    sizes = {t.name: int(t.config["max.message.bytes"]) for t in TOPICS}
    assert min(sizes["consentry.dead-letters"], sizes["consentry.quarantine"]) > sizes["purchase"]


def test_two_of_three_copies_confirm_a_write() -> None:
    for factor, in_sync in ((None, None), (1, "1"), (2, "1"), (3, "2")):
        topics = all_topics(Settings(replication_factor=factor))
        assert {t.config.get("min.insync.replicas") for t in topics} == {in_sync}


def test_ticks_from_outside_have_their_own_role() -> None:
    external = Settings(tick_source="external")
    names = {role.name for role in roles(external)} - {role.name for role in roles(Settings())}
    assert names == {Party.SCHEDULER}
    worker = next(role for role in roles(external) if role.name == "worker")
    ticks = next(grant for grant in worker.grants if grant.name == "consentry.ticks")
    assert "Write" not in ticks.operations


def test_who_may_read_and_write_what() -> None:
    allowed = {
        (role.name, grant.name): set(grant.operations)
        for role in roles(Settings(generation=2))
        for grant in role.grants
    }
    for topic in TOPICS:
        if topic.kind is TopicKind.CHANGELOG:
            continue  # its name carries the generation
        readers = {
            who for (who, name), ops in allowed.items() if name == topic.name and "Read" in ops
        }
        assert readers == set(topic.readers)
    assert allowed["worker", "consentry-v2-subjects-changelog"] >= {"Read", "Write"}
    assert allowed["worker", "consentry-v2"] >= {"Read"}
    assert allowed["worker", "consentry-2-"] >= {"Write", "Describe"}
    assert allowed["producer of purchase", "purchase"] == {"Write", "Describe"}
    only = [name for (who, name) in allowed if who == Party.QUARANTINE_READERS]
    assert only == ["consentry.quarantine", "consentry.ingest-rejects", "consentry-quarantine"]
    ingest = {name: ops for (who, name), ops in allowed.items() if who == Party.INGEST}
    assert ingest["purchase"] == {"Write", "Describe"}
    assert ingest["consentry-ingest"] == {"Read", "Describe"}
    assert ingest["consentry-ingest-"] == {"Write", "Describe"}
    writers = {who for (who, name), ops in allowed.items() if {"Write", "Read"} & ops}
    assert "administrator" not in writers


def test_only_workers_and_the_policy_officer_write_policies() -> None:
    settings = Settings(topic_prefix="test.", application_id="shop")
    control = next(topic for topic in all_topics(settings) if topic.kind is TopicKind.CONTROL)
    assert control.config["message.timestamp.type"] == "LogAppendTime"
    for name, kind in (
        (control.name, "topic"),
        ("test.consentry.control-writer", "transactional-id"),
    ):
        writers = {
            role.name
            for role in roles(settings)
            for grant in role.grants
            if (grant.resource, grant.name) == (kind, name) and "Write" in grant.operations
        }
        assert writers == {"worker", Party.POLICY}


def test_only_the_commander_sends_commands() -> None:
    names = Settings().topics
    writers = {
        (role.name, grant.name)
        for role in roles(Settings())
        for grant in role.grants
        if grant.name in (names.commands, names.command_results) and "Write" in grant.operations
    }
    assert writers == {(Party.COMMANDER, names.commands), ("worker", names.command_results)}


def test_nobody_but_the_administrator_creates() -> None:
    creators = {
        role.name
        for role in roles(Settings())
        for grant in role.grants
        if "Create" in grant.operations
    }
    assert creators == {"administrator"}


def test_lines_for_kafka_acls() -> None:
    worker = next(role for role in roles(Settings()) if role.name == "worker")
    lines = acl_commands(worker, "kafka:9092")
    start = "kafka-acls --bootstrap-server kafka:9092 --add --allow-principal User:consentry-worker"
    assert f"{start} --operation Read --operation Describe --group consentry" in lines
    assert (
        f"{start} --operation Write --operation Describe --transactional-id consentry-1- "
        "--resource-pattern-type prefixed"
    ) in lines
    assert f"{start} --operation IdempotentWrite --cluster" in lines


def test_a_setting_with_commas_is_one_setting() -> None:
    line = configure_command("t", "kafka:9092", {"cleanup.policy": "compact,delete", "a": "1"})
    assert line.endswith("--add-config 'cleanup.policy=[compact,delete],a=1'")


def test_the_clusters_default_of_copies_is_left_alone() -> None:
    assert "--replication-factor" not in create_command(TOPICS[0], "kafka:9092", None)
