"""`consentry worker` before it joins the group, and `worker remove` without a Kafka."""

from __future__ import annotations

import pytest

from streams import topics
from streams.cli.main import main
from streams.cli.worker import require_topics
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import ProblemLevel, TopicAspect, TopicProblem


def problem(weight: ProblemLevel, check: TopicAspect, *commands: str) -> TopicProblem:
    return TopicProblem(
        weight=weight,
        check=check,
        topic="purchase",
        what=f"its {check} is wrong",
        why="it matters",
        remedy="correct it:",
        commands=commands,
    )


def found(monkeypatch: pytest.MonkeyPatch, *problems: TopicProblem) -> None:
    monkeypatch.setattr(topics, "check_topics", lambda _settings: list(problems))


@pytest.mark.parametrize("check", list(TopicAspect))
def test_any_error_of_the_topics_stops_it_and_names_the_remedy(
    check: TopicAspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(
        monkeypatch,
        problem(ProblemLevel.ERROR, check, "kafka-configs --alter"),
        problem(ProblemLevel.ERROR, TopicAspect.CLEANUP),
    )
    with pytest.raises(ConsentryError) as refused:
        require_topics(Settings())
    assert refused.value.problem.startswith(f"purchase: its {check} is wrong (and 1 more")
    assert refused.value.remedy == "correct it:\n  kafka-configs --alter"


def test_warnings_of_the_topics_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, problem(ProblemLevel.WARNING, TopicAspect.REPLICATION))
    require_topics(Settings())


@pytest.mark.parametrize("option", ["--brokers=k:1", "--instance-id=w", "--json-logs"])
def test_options_of_the_worker_do_not_reach_its_commands_unseen(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker", option, "remove", "w1"]) == 2
    assert "options go after" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "a b", "../elsewhere"])
def test_a_name_is_held_to_what_the_setting_allows(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a folder of the store, and a member of the group."""
    assert main(["worker", "--brokers", "127.0.0.1:1", f"--instance-id={name}"]) == 2
    assert "--instance-id is" in capsys.readouterr().err


def test_removing_needs_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "remove"]) == 2
    assert "INSTANCE_ID" in capsys.readouterr().err


def test_help_mentions_removing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "--help"]) == 0
    assert "remove" in capsys.readouterr().out
    assert main(["worker", "remove", "--help"]) == 0
    said = capsys.readouterr().out
    assert "consentry worker remove" in said
    assert "at once" in said


def test_a_worker_that_finds_no_broker_asks_to_be_started_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "0.2")
    assert main(["worker", "--brokers", "127.0.0.1:1"]) == 70
    assert capsys.readouterr().err.startswith("error: no broker answered within 0.2 s")
    assert main(["watch", "--brokers", "127.0.0.1:1"]) == 2
