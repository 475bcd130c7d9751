"""The check of topics: how many partitions there are, and how many copies of each."""

from __future__ import annotations

from dataclasses import replace

from streams.settings import Settings
from streams.topics import ProblemLevel, TopicAspect, find_problems
from tests.topics.states import (
    CHANGELOG,
    SETTINGS,
    good_cluster,
    only,
    with_config,
    with_partitions,
    with_replicas,
)


def test_another_number_of_partitions_is_never_altered_in_place() -> None:
    problem = only(with_partitions(good_cluster(), "purchase", 6))
    assert (problem.weight, problem.check, problem.topic) == (
        ProblemLevel.ERROR,
        TopicAspect.PARTITIONS,
        "purchase",
    )
    assert "do not alter" in problem.remedy
    assert "partitions grow --to 6" in problem.remedy
    assert not any("--alter" in command for command in problem.commands)


def test_a_changelog_with_other_partitions_grows_or_the_setting_is_wrong() -> None:
    fewer = only(with_partitions(good_cluster(), CHANGELOG, 3))
    assert "CONSENTRY_PARTITIONS=3, `consentry partitions grow --to 4`" in fewer.remedy
    more = only(with_partitions(good_cluster(), CHANGELOG, 8))
    assert "set CONSENTRY_PARTITIONS=8" in more.remedy
    assert fewer.commands == more.commands == ()


def test_an_output_with_other_partitions_is_made_again() -> None:
    problem = only(with_partitions(good_cluster(), "consentry.duties", 1))
    delete, create = problem.commands
    assert delete.endswith("--delete --topic consentry.duties")
    assert "--create --if-not-exists --topic consentry.duties --partitions 4" in create


def test_topics_that_agree_on_another_number_correct_the_setting() -> None:
    state = good_cluster()
    for name in state.topics:
        state = with_partitions(state, name, 24)
    problem = only(state)
    assert problem.commands == ("export CONSENTRY_PARTITIONS=24",)
    agreed = SETTINGS.model_copy(update={"partitions": 24})
    assert find_problems(agreed, state) == []


def test_more_copies_in_sync_than_there_are() -> None:
    state = with_replicas(good_cluster(), "purchase", 1)
    problems = find_problems(SETTINGS, state)
    assert [(p.weight, p.check) for p in problems] == [
        (ProblemLevel.ERROR, TopicAspect.REPLICATION),
        (ProblemLevel.WARNING, TopicAspect.REPLICATION),
    ]
    assert problems[0].why == "nothing can be written at all"
    assert "1 of 3 copies" in problems[1].what


def test_copies_that_do_not_protect() -> None:
    problem = only(with_config(good_cluster(), "purchase", min_insync_replicas="1"))
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.REPLICATION)
    assert problem.commands[0].endswith("--add-config min.insync.replicas=2")


def test_copies_that_stand_still() -> None:
    problem = only(with_config(good_cluster(), "purchase", min_insync_replicas="3"))
    assert "stands still" in problem.why


def test_a_leader_that_missed_records() -> None:
    problem = only(with_config(good_cluster(), "purchase", unclean_leader_election_enable="true"))
    assert (problem.weight, problem.check) == (ProblemLevel.WARNING, TopicAspect.REPLICATION)


def test_one_broker_alone_is_no_problem() -> None:
    settings = Settings(partitions=4)
    state = replace(good_cluster(settings), brokers=1)
    for name in state.topics:
        state = with_replicas(state, name, 1)
    assert find_problems(settings, state) == []
