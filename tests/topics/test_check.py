"""Each check sees its fault, names the topic, and says how to repair it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streams.topics import ClusterState, ProblemLevel, TopicAspect, find_problems
from tests.topics.states import (
    CHANGELOG,
    SETTINGS,
    good_cluster,
    only,
    with_config,
    with_partitions,
    without,
)


def test_nothing_is_wrong_with_topics_as_described() -> None:
    assert find_problems(SETTINGS, good_cluster()) == []


def test_a_missing_topic() -> None:
    problem = only(without(good_cluster(), "consentry.ticks"))
    assert (problem.check, problem.topic) == (TopicAspect.MISSING, "consentry.ticks")
    assert problem.commands == (
        (
            "kafka-topics --bootstrap-server kafka:9092 --create --if-not-exists --topic consentry.ticks "
            "--partitions 4 --replication-factor 3 --config cleanup.policy=delete "
            "--config retention.ms=86400000 --config retention.bytes=-1 "
            "--config message.timestamp.type=LogAppendTime --config max.message.bytes=1048588 "
            "--config segment.ms=7200000 --config min.insync.replicas=2"
        ),
    )


def test_a_topic_that_may_not_be_seen_is_not_called_missing() -> None:
    state = replace(without(good_cluster(), "purchase"), hidden=frozenset({"purchase"}))
    assert only(state).check is TopicAspect.HIDDEN
    good = good_cluster()
    unread = replace(good.topics["purchase"], config={})
    unreadable = replace(good, topics=dict(good.topics) | {"purchase": unread})
    assert only(unreadable).what == "the user may not read its settings"


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
def test_a_compacted_input_loses_history(policy: str) -> None:
    problem = only(with_config(good_cluster(), "consent-change", cleanup_policy=policy))
    assert (problem.weight, problem.check) == (ProblemLevel.ERROR, TopicAspect.CLEANUP)
    assert "the key of an event is the person" in problem.why
    assert problem.commands == (
        (
            "kafka-configs --bootstrap-server kafka:9092 --alter --entity-type topics "
            "--entity-name consent-change --add-config cleanup.policy=delete"
        ),
    )


@pytest.mark.parametrize("topic", [CHANGELOG, "consentry.violations", "consentry.duties"])
@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_state_and_findings_must_not_expire(topic: str, policy: str) -> None:
    problem = only(with_config(good_cluster(), topic, cleanup_policy=policy))
    assert (problem.weight, problem.check, problem.topic) == (
        ProblemLevel.ERROR,
        TopicAspect.CLEANUP,
        topic,
    )
    assert "would be deleted" in problem.why


@pytest.mark.parametrize("topic", ["consentry.dead-letters", "consentry.quarantine"])
@pytest.mark.parametrize("retention", ["-1", "31536000000"])
def test_personal_data_must_not_stay(topic: str, retention: str) -> None:
    problem = only(with_config(good_cluster(), topic, retention_ms=retention))
    assert (problem.weight, problem.check) == (ProblemLevel.ERROR, TopicAspect.RETENTION)
    assert "personal data" in problem.why


def test_a_long_segment_keeps_quarantined_records_longer() -> None:
    state = with_config(good_cluster(), "consentry.quarantine", segment_ms="604800000")
    problem = only(state)
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.RETENTION)
    assert problem.commands[0].endswith("--add-config segment.ms=21600000")


@pytest.mark.parametrize("topic", [CHANGELOG, "consentry.violations", "consentry.duties"])
def test_what_is_replaced_of_a_person_must_not_stay(topic: str) -> None:
    never = with_config(good_cluster(), topic, max_compaction_lag_ms=str(2**63 - 1))
    problem = only(never)
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.CLEANUP)
    assert "was erased" in problem.why
    assert problem.commands[0].endswith("--add-config max.compaction.lag.ms=604800000")
    sooner = with_config(good_cluster(), topic, max_compaction_lag_ms="86400000")
    assert find_problems(SETTINGS, sooner) == []


@pytest.mark.parametrize("topic", ["consentry.violations", "consentry.duties"])
def test_a_removal_stays_known_as_long_as_a_receiver_may_be_away(topic: str) -> None:
    problem = only(with_config(good_cluster(), topic, delete_retention_ms="86400000"))
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.CLEANUP)
    assert problem.what == "that a record was removed stays known for 1 day (delete.retention.ms)"
    assert problem.commands[0].endswith("--add-config delete.retention.ms=2592000000")
    longer = with_config(good_cluster(), topic, delete_retention_ms="9999999999")
    assert find_problems(SETTINGS, longer) == []


def test_a_shorter_retention_of_inputs_is_a_warning() -> None:
    state = with_config(good_cluster(), "purchase", retention_ms="604800000")
    problem = only(state)
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.RETENTION)
    assert "7 days, shorter than the 30 days" in problem.what
    longer = with_config(good_cluster(), "purchase", retention_ms="-1")
    assert find_problems(SETTINGS, longer) == []


def test_deletion_by_size_is_a_warning() -> None:
    problem = only(with_config(good_cluster(), "purchase", retention_bytes="1000000"))
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.RETENTION)
    assert "1000000 bytes" in problem.what


def test_producers_time_stamps_with_a_retention_are_a_danger() -> None:
    state = with_config(good_cluster(), "data-share", message_timestamp_type="CreateTime")
    problem = only(state)
    assert (problem.weight, problem.check) == (ProblemLevel.ERROR, TopicAspect.TIMESTAMPS)
    assert problem.why.startswith("danger")
    assert "after 30 days" in problem.what


def test_producers_time_stamps_without_a_time_limit_are_a_warning() -> None:
    state = with_config(
        good_cluster(), "data-share", message_timestamp_type="CreateTime", retention_ms="-1"
    )
    problem = only(state)
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.TIMESTAMPS)


def test_ticks_take_the_brokers_time() -> None:
    state = with_config(
        good_cluster(), "consentry.ticks", message_timestamp_type="CreateTime", retention_ms="-1"
    )
    problem = only(state)
    assert (problem.weight, problem.check) == (ProblemLevel.ERROR, TopicAspect.TIMESTAMPS)
    assert "clock" in problem.why


@pytest.mark.parametrize("topic", ["consentry.dead-letters", "consentry.rekeyed", CHANGELOG])
def test_what_is_written_about_a_record_fits(topic: str) -> None:
    needed = SETTINGS.output_max_bytes
    fits = {topic: str(needed)}
    assert find_problems(SETTINGS, _sizes(fits)) == []
    problem = only(_sizes({topic: str(needed - 1)}))
    assert (problem.check, problem.topic) == (TopicAspect.MESSAGE_SIZE, topic)
    assert problem.commands[0].endswith("--add-config max.message.bytes=4259840")


def test_an_input_with_larger_records_than_dead_letters_is_a_risk() -> None:
    """They are cut there, so nothing stops."""
    largest = SETTINGS.output_max_bytes - 65_536
    assert find_problems(SETTINGS, _sizes({"purchase": str(largest)})) == []
    problem = only(_sizes({"purchase": str(largest + 1)}))
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.MESSAGE_SIZE)
    assert str(SETTINGS.output_max_bytes + 1) in problem.remedy


def _sizes(sizes: dict[str, str]) -> ClusterState:
    state = good_cluster()
    for name, size in sizes.items():
        state = with_config(state, name, max_message_bytes=size)
    return state


def test_errors_come_before_warnings() -> None:
    state = with_config(good_cluster(), "consent-change", retention_ms="1000")
    state = with_config(state, "consentry.ticks", cleanup_policy="compact")
    weights = [problem.weight for problem in find_problems(SETTINGS, state)]
    assert weights == [ProblemLevel.ERROR, ProblemLevel.WARNING]


@pytest.mark.parametrize(
    "state",
    [
        with_config(good_cluster(), "consent-change", cleanup_policy="compact"),
        with_config(good_cluster(), "consent-change", message_timestamp_type="CreateTime"),
        with_partitions(good_cluster(), "consent-change", 7),
    ],
    ids=["compacted", "stamped by producers", "another partition count"],
)
def test_another_teams_topic_is_not_to_be_changed_but_read_by_ingest(state: ClusterState) -> None:
    assert "another team's topic, leave it as it is: `consentry ingest`" in only(state).remedy


def test_a_topic_of_consentrys_own_is_to_be_changed() -> None:
    state = with_config(good_cluster(), CHANGELOG, cleanup_policy="delete")
    assert "ingest" not in only(state).remedy


def test_further_inputs_are_checked_like_the_first() -> None:
    settings = SETTINGS.model_copy(update={"topic_data_share": "data-share,crm.shares"})
    problem = only(good_cluster(), settings)
    assert (problem.check, problem.topic) == (TopicAspect.MISSING, "crm.shares")
