"""docker-compose.yml and Dockerfile, without an engine; each check shown to bite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from streams.cli.main import main
from streams.dev.kafka_files import kafka_version
from streams.settings import Settings, unknown_variables
from tests.clients.registry.files import pins
from tests.repository.compose import problems

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def test_the_compose_file_is_sound() -> None:
    assert problems(COMPOSE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("healthcheck:", "healthchek:", "not a compose file"),
        ("127.0.0.1:9092:9092", "127.0.0.1:9092:kafka", "not a compose file"),
        ("apache/kafka:4.1.0", "apache/kafka", "no tag"),
        ("1@kafka:9093", "2@kafka:9093", "not among the voters"),
        ("1@kafka:9093", "1@kafka:9094", "not among the voters"),
        ("broker,controller", "broker", "must be broker and controller"),
        (",OUTSIDE://:9092", "", "OUTSIDE is advertised and not opened"),
        (",OUTSIDE://localhost:9092", "", "OUTSIDE is opened and not advertised"),
        ("OUTSIDE://localhost:9092", "OUTSIDE://localhost:9095", "another port"),
        (",OUTSIDE:PLAINTEXT", "", "OUTSIDE has no security protocol"),
        ("INSIDE://kafka:19092,", "INSIDE://kafka:19092,CONTROLLER://kafka:9093,", "is advertised"),
        ("LISTENER_NAME: INSIDE", "LISTENER_NAME: OTHER", "between brokers"),
        ('MIN_ISR: "1"', 'MIN_ISR: "2"', "must be 1"),
        ("KAFKA_LOG_DIRS:", "KAFKA_ZOOKEEPER_CONNECT: z:2181\n      KAFKA_LOG_DIRS:", "ZooKeeper"),
        ("BROKERS: kafka:19092", "BROKERS: kafka:9092", "no broker advertises"),
        ("      topics:\n", "      topic:\n", "which is not there"),
        (
            '    healthcheck:\n      test: ["CMD", "/opt',
            '    x-off:\n      test: ["CMD", "/opt',
            "no health",
        ),
    ],
)
def test_a_fault_in_the_compose_file_is_found(right: str, wrong: str, complaint: str) -> None:
    assert right in COMPOSE
    found = problems(COMPOSE.replace(right, wrong))
    assert any(complaint in problem for problem in found), found


def test_the_compose_file_runs_the_kafka_that_the_tests_run() -> None:
    assert re.findall(r"apache/kafka:(\S+)", COMPOSE) == [kafka_version()]


def test_the_compose_file_runs_the_registry_that_the_tests_run() -> None:
    [registry] = [pin for pin in pins() if "apicurio-registry-app" in pin.coordinate]
    assert re.findall(r"apicurio/apicurio-registry:(\S+)", COMPOSE) == [
        registry.coordinate.split(":")[2]
    ]


def test_each_command_of_the_compose_file_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [
        one["command"]
        for one in yaml.safe_load(COMPOSE)["services"].values()
        if one["image"].startswith("consentry:")
    ]
    assert len(commands) >= 4
    for command in commands:
        assert main([*command, "--help"]) == 0, capsys.readouterr().err
    assert main(["workers", "--help"]) == 2


def test_the_compose_file_sets_only_settings_that_exist() -> None:
    names = set(re.findall(r"CONSENTRY_[A-Z_]+(?=:)", COMPOSE))
    assert names
    assert unknown_variables(dict.fromkeys(names, "")) == []
    assert unknown_variables({"CONSENTRY_BROKER": ""}) == ["CONSENTRY_BROKER"]


def test_the_worker_is_asked_where_it_answers() -> None:
    settings = Settings()
    [asked] = re.findall(r"http://(\S+?)/ready", COMPOSE)
    assert asked == f"{settings.health_address}:{settings.health_port}"
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"path: /\w+, port: (\d+)", operations)) == {str(settings.health_port)}


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1, "what is compiled is for the very Python that runs"
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases[0])
    assert "--require-hashes" in DOCKERFILE
    last_stage = DOCKERFILE.rpartition("FROM ")[2]
    user = re.search(r"^USER (\S+)", last_stage, re.MULTILINE)
    assert user is not None
    assert user[1] not in ("root", "0")
    assert last_stage.index("USER") < last_stage.index("ENTRYPOINT")


def test_the_image_is_asked_whether_it_lives_where_it_answers() -> None:
    check = re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert check is not None
    program, option, code = json.loads(check[1].replace("\\\n", ""))
    assert (program, option) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert f"'CONSENTRY_HEALTH_PORT', '{Settings().health_port}'" in code
    assert "/live" in code


def test_the_image_gets_every_file_that_it_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    assert copied
    for name in copied:
        assert f"!{name}" in ignored
        assert (ROOT / name).exists(), name
