"""Topics on a real Kafka: made as described, and each fault seen where it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from streams.cli.main import main
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import TopicAspect, TopicProblem, all_topics, check_topics, create_topics
from tests.kafka.processes import until

Command = Callable[..., int]


@pytest.fixture
def settings(kafka: str, unique: str) -> Settings:
    return Settings(
        brokers=(kafka,), partitions=3, topic_prefix=f"{unique}.", application_id=unique
    )


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    for name in ("partitions", "topic_prefix", "application_id"):
        monkeypatch.setenv(f"CONSENTRY_{name.upper()}", str(getattr(settings, name)))

    def run(*words: str) -> int:
        return main(["topics", *words, "--brokers", settings.connection.bootstrap])

    return run


def admin(settings: Settings) -> KafkaAdminClient:
    return KafkaAdminClient(**settings.connection.kafka_python_options())


def test_created_topics_pass_the_check(settings: Settings) -> None:
    names = {topic.name for topic in all_topics(settings)}
    first = create_topics(settings)
    assert set(first.created) == names
    assert first.existing == ()
    assert check_topics(settings) == []
    second = create_topics(settings)
    assert second.created == ()
    assert set(second.existing) == names


def test_the_broker_holds_the_settings_of_the_catalogue(settings: Settings) -> None:
    create_topics(settings)
    with admin(settings) as client:
        resources = [ConfigResource(ConfigResourceType.TOPIC, t.name) for t in all_topics(settings)]
        found = client.describe_configs(resources, config_filter="all")["topic"]
    for topic in all_topics(settings):
        held = {key: found[topic.name][key]["value"] for key in topic.config}
        assert held == dict(topic.config)


def test_only_what_is_missing_is_created(settings: Settings) -> None:
    topics = settings.topics
    with admin(settings) as client:
        own = {"num_partitions": 3, "configs": {"cleanup.policy": "compact"}}
        client.create_topics({topics.purchase: own}, wait_for_metadata=True)
    result = create_topics(settings)
    assert result.existing == (topics.purchase,)
    (problem,) = {p for p in check_topics(settings) if p.check is TopicAspect.CLEANUP}
    assert problem.topic == topics.purchase  # left as it was, and named


def test_another_partition_count_stops_creation_before_anything_is_made(
    settings: Settings,
) -> None:
    topics = settings.topics
    with admin(settings) as client:
        client.create_topics(
            {topics.purchase: {"num_partitions": 2}, topics.data_share: {"num_partitions": 3}},
            wait_for_metadata=True,
        )
    with pytest.raises(ConsentryError, match="nothing was created") as caught:
        create_topics(settings)
    assert f"{topics.purchase} has 2" in caught.value.problem
    missing = {p.topic for p in check_topics(settings) if p.check is TopicAspect.MISSING}
    assert len(missing) == len(all_topics(settings)) - 2
    (problem,) = [p for p in check_topics(settings) if p.check is TopicAspect.PARTITIONS]
    assert problem.topic == topics.purchase


def test_each_fault_is_named_with_its_topic(settings: Settings) -> None:
    create_topics(settings)
    topics = settings.topics
    faults = {
        topics.consent_change: ("cleanup.policy", "compact", TopicAspect.CLEANUP),
        topics.changelog: ("cleanup.policy", "compact,delete", TopicAspect.CLEANUP),
        topics.data_share: ("message.timestamp.type", "CreateTime", TopicAspect.TIMESTAMPS),
        topics.quarantine: ("retention.ms", "-1", TopicAspect.RETENTION),
        topics.dead_letters: ("max.message.bytes", "1048588", TopicAspect.MESSAGE_SIZE),
        topics.duties: ("min.insync.replicas", "2", TopicAspect.REPLICATION),
    }
    with admin(settings) as client:
        client.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, name, {key: value})
                for name, (key, value, _) in faults.items()
            ]
        )
    found = {problem.topic: problem.check for problem in _settled(settings, len(faults))}
    assert found == {name: check for name, (_, _, check) in faults.items()}


def _settled(settings: Settings, count: int) -> list[TopicProblem]:
    """The problems once the broker shows the changes; it takes them over a moment later."""
    deadline = time.monotonic() + 10
    while True:
        problems = check_topics(settings)
        if len(problems) >= count or time.monotonic() > deadline:
            return problems
        time.sleep(0.05)


def test_the_command_creates_then_checks(
    command: Command, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("check") == 1
    out = capsys.readouterr().out
    assert f"error: {settings.topics.purchase}: the topic does not exist" in out
    count = len(all_topics(settings))
    assert f"{count} topics checked: {count} errors, 0 warnings" in out
    assert command("create") == 0
    assert capsys.readouterr().out.count("created ") == count
    assert command("create", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["existing"]) == count
    assert command("check") == 0
    assert f"{count} topics checked: 0 errors, 0 warnings" in capsys.readouterr().out
    assert command("check", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_the_command_explains_another_partition_count(
    command: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("create") == 0
    monkeypatch.setenv("CONSENTRY_PARTITIONS", "4")
    assert command("create") == 2
    assert "set CONSENTRY_PARTITIONS=3" in capsys.readouterr().err
    assert command("check", "--json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["check"] == "partitions"


def test_commands_are_printed_for_what_is_missing_and_nothing_for_what_exists(
    settings: Settings, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("create", "--commands") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_topics(settings))
    assert all(line.startswith("kafka-topics ") for line in lines)
    create_topics(settings)
    assert command("create", "--commands") == 0
    assert capsys.readouterr().out == ""
    with admin(settings) as client:
        client.delete_topics([settings.topics.duties])

    def missing() -> list[str] | None:
        assert command("create", "--commands") == 0
        return capsys.readouterr().out.splitlines() or None

    lines = until(missing, "the topic is gone")
    assert len(lines) == 1
    assert f"--topic {settings.topics.duties} " in lines[0]
