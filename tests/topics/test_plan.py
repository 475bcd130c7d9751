"""`consentry topics create --dry-run`: for people, for programs, for a shell; without a Kafka."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.settings import Settings
from streams.topics import acl_commands, all_topics, roles

DRY_RUN = ["topics", "create", "--dry-run", "--brokers", "no-such-host.invalid:9092"]


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def test_people_see_every_topic_setting_and_role(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(DRY_RUN) == 0
    out = capsys.readouterr().out
    for topic in all_topics(Settings()):
        assert topic.name in out
        for key, value in topic.config.items():
            assert f"{key}={value}" in out
    for role in roles(Settings()):
        assert role.name in out
        assert f"User:{role.user}" in out
        assert all(grant.name in out or grant.resource == "cluster" for grant in role.grants)


def test_programs_read_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DRY_RUN, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    topics = all_topics(Settings())
    assert {topic["name"]: topic["config"] for topic in plan["topics"]} == {
        topic.name: dict(topic.config) for topic in topics
    }
    assert [role["name"] for role in plan["roles"]] == [role.name for role in roles(Settings())]
    assert plan["replication_factor"] is None


def test_a_shell_runs_one_command_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_REPLICATION_FACTOR", "3")
    assert main([*DRY_RUN, "--commands"]) == 0
    lines = capsys.readouterr().out.splitlines()
    commands = [shlex.split(line)[0] for line in lines if line and not line.startswith("#")]
    assert commands.count("kafka-topics") == len(all_topics(Settings()))
    grants = [line for role in roles(Settings()) for line in acl_commands(role, "x")]
    assert commands.count("kafka-acls") == len(grants)
    assert all(
        "--replication-factor 3" in line for line in lines if line.startswith("kafka-topics")
    )


def test_a_dry_run_wants_no_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CONSENTRY_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("CONSENTRY_SSL_CA_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("CONSENTRY_SASL_USERNAME", "consentry")
    monkeypatch.setenv("CONSENTRY_SASL_PASSWORD_FILE", str(tmp_path / "missing"))
    for form in ([], ["--commands"], ["--json"]):
        assert main([*DRY_RUN, *form]) == 0
        assert capsys.readouterr().err == ""
    # What it does print must be right all the same.
    monkeypatch.setenv("CONSENTRY_PARTITIONS", "none")
    assert main(DRY_RUN) == 2
    assert "CONSENTRY_PARTITIONS" in capsys.readouterr().err


def test_commands_can_be_run_again_over_topics_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*DRY_RUN, "--commands"]) == 0
    creating = [line for line in capsys.readouterr().out.splitlines() if "--create" in line]
    assert all("--if-not-exists" in shlex.split(line) for line in creating)


def test_one_form_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DRY_RUN, "--commands", "--json"]) == 2
    assert "choose one" in capsys.readouterr().err


def test_a_misspelt_variable_is_warned_of_and_a_wrong_value_ends_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_PARTITION", "3")
    assert main(DRY_RUN) == 0
    assert "warning: CONSENTRY_PARTITION is no setting" in capsys.readouterr().err
    monkeypatch.setenv("CONSENTRY_PARTITIONS", "none")
    assert main(DRY_RUN) == 2
    assert "CONSENTRY_PARTITIONS is 'none': allowed: 1 to 1000" in capsys.readouterr().err


def test_no_broker_is_an_error_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "0.2")
    assert main(["topics", "check", "--brokers", "127.0.0.1:21198"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: no broker answered within 0.2 s: 127.0.0.1:21198")
    assert "Traceback" not in err
