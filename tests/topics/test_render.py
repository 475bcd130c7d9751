"""Topics and access for Strimzi, Terraform and Kafka's tools: the same topics, in other words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from streams.cli.main import main
from streams.settings import Settings
from streams.topics import all_topics, roles
from streams.topics.strimzi import as_yaml, resources

SETTINGS = Settings(topic_prefix="Test_1.", replication_factor=3, partitions=24)


def read(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all("\n".join(as_yaml(documents))))


def test_what_is_printed_is_read_as_it_was_meant() -> None:
    documents = resources(SETTINGS, "bus")
    assert read(documents) == documents


@pytest.mark.parametrize(
    "value",
    [
        "on",
        "No",
        "null",
        "1.0",
        "-1",
        "",
        "a: b",
        "# x",
        "'",
        '"',
        "é\n",
        "2592000000",
        "y",
        7,
        True,
        None,
        [],
        {},
    ],
)
def test_a_value_that_yaml_could_take_for_another(value: object) -> None:
    documents = [{"a": value, "list": [value] if value not in ([], {}) else []}]
    assert read(documents) == documents


def test_strimzi_gets_every_topic_and_every_role() -> None:
    found = resources(SETTINGS, "bus")
    topics = {one["spec"]["topicName"]: one for one in found if one["kind"] == "KafkaTopic"}
    assert topics.keys() == {topic.name for topic in all_topics(SETTINGS)}
    for topic in all_topics(SETTINGS):
        spec = topics[topic.name]["spec"]
        assert (spec["partitions"], spec["replicas"]) == (topic.partitions, 3)
        assert spec["config"] == dict(topic.config)
    for one in found:
        assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", one["metadata"]["name"])
        assert one["metadata"]["labels"] == {"strimzi.io/cluster": "bus"}
    users = {one["metadata"]["name"]: one["spec"] for one in found if one["kind"] == "KafkaUser"}
    assert len(users) == len(roles(SETTINGS))
    for role in roles(SETTINGS):
        acls = users[role.user.lower().replace("_", "-")]["authorization"]["acls"]
        assert [one["operations"] for one in acls] == [list(g.operations) for g in role.grants]
        assert [one["resource"].get("name") for one in acls] == [
            None if grant.resource == "cluster" else grant.name for grant in role.grants
        ]
        assert all(
            (one["resource"].get("patternType") == "prefix") is grant.prefixed
            for one, grant in zip(acls, role.grants, strict=True)
        )


def test_users_of_strimzi_log_in_as_the_settings_do() -> None:
    def types(settings: Settings) -> set[str]:
        users = [one for one in resources(settings, "bus") if one["kind"] == "KafkaUser"]
        return {one["spec"]["authentication"]["type"] for one in users}

    assert types(Settings()) == {"scram-sha-512"}
    assert types(Settings(security_protocol="SSL")) == {"tls"}


def test_copies_that_nobody_set_are_left_to_the_cluster() -> None:
    topics = [one for one in resources(Settings(), "bus") if one["kind"] == "KafkaTopic"]
    assert not [one for one in topics if "replicas" in one["spec"]]


def test_terraform_gets_every_topic_and_every_permission(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSENTRY_REPLICATION_FACTOR", "3")
    settings = Settings(replication_factor=3)
    assert main(["topics", "render", "terraform"]) == 0
    found = json.loads(capsys.readouterr().out)["resource"]
    topics = {one["name"]: one for one in found["kafka_topic"].values()}
    assert topics.keys() == {topic.name for topic in all_topics(settings)}
    assert all(one["replication_factor"] == 3 for one in topics.values())
    assert all(one["lifecycle"] == {"prevent_destroy": True} for one in topics.values())
    permissions = {
        (one["acl_principal"], one["resource_name"], one["acl_operation"])
        for one in found["kafka_acl"].values()
    }
    assert permissions == {
        (f"User:{role.user}", grant.name, operation)
        for role in roles(settings)
        for grant in role.grants
        for operation in grant.operations
    }
    for label in (*found["kafka_topic"], *found["kafka_acl"]):
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", label)


def test_terraform_needs_the_number_of_copies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "render", "terraform"]) == 2
    assert "CONSENTRY_REPLICATION_FACTOR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("terraform", "crm_purchase,crm.purchase"),
        ("strimzi", "crm_purchase,crm-purchase"),
        ("strimzi", "crm-purchase,CRM-purchase"),
    ],
)
def test_no_topic_is_lost_among_others_of_nearly_its_name(
    form: str, names: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_TOPIC_PURCHASE", names)
    monkeypatch.setenv("CONSENTRY_REPLICATION_FACTOR", "3")
    assert main(["topics", "render", form]) == 2
    one, other = names.split(",")
    said = " ".join(capsys.readouterr().err.split())
    assert f"the topics {one} and {other} would have the same name in" in said


def test_the_lines_of_kafkas_own_tools_are_those_of_a_dry_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["topics", "render", "commands"]) == 0
    rendered = capsys.readouterr().out
    assert main(["topics", "create", "--dry-run", "--commands"]) == 0
    assert capsys.readouterr().out == rendered


def test_a_form_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "render", "pulumi"]) == 2
    assert "strimzi" in capsys.readouterr().err
