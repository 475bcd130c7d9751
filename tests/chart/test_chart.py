"""The Helm chart: every manifest is one that Kubernetes takes, and says what the program reads."""

from __future__ import annotations

import copy
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.cli.main import main
from streams.settings import Settings, load_settings, unknown_variables
from tests.chart.helm import CHART, fault, helm, rendered

VERSIONS = ("1.27", "1.37")
"""The oldest that the chart names, and the newest that there are schemas of."""

CASES = ("", *sorted(path.name for path in (CHART / "ci").glob("*-values.yaml")))
CONTAINERS = {"worker", "deliverer", "ingest", "receive", "topics"}
"""What `full-values.yaml` switches on."""

FILES = ("client-secret", "pseudonym-key", "shop", "ca.crt", "user.crt", "user.key")
"""The keys of the Secrets that the values name."""

MONITORING = "monitoring.coreos.com/v1"


def of(case: str) -> list[dict[str, Any]]:
    return rendered(*(["--values", str(CHART / "ci" / case)] if case else []))


@pytest.fixture(scope="module")
def manifests() -> dict[str, list[dict[str, Any]]]:
    return {case: of(case) for case in CASES}


@pytest.fixture(scope="module")
def full(manifests: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return manifests["full-values.yaml"]


def pods(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["spec"]["template"] for one in manifests if "template" in one.get("spec", {})]


def named(manifests: list[dict[str, Any]], kind: str, end: str = "") -> dict[str, Any]:
    [found] = [m for m in manifests if m["kind"] == kind and m["metadata"]["name"].endswith(end)]
    return found


def test_helm_finds_nothing_to_complain_of() -> None:
    done = helm("lint", "--strict", str(CHART), "--values", str(CHART / "ci" / "full-values.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES)
def test_kubernetes_takes_every_manifest(
    manifests: dict[str, list[dict[str, Any]]], case: str, version: str
) -> None:
    found = [one for one in manifests[case] if one["apiVersion"] != MONITORING]
    assert {one["kind"] for one in found} >= {"StatefulSet", "ConfigMap", "PodDisruptionBudget"}
    for one in found:
        assert fault(one, version) is None, one["kind"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("enableServiceLinks: false", "enableServiceLink: false"),
        ("maxUnavailable: 1", "maxUnavailabel: 1"),
        ("containerPort: 8077", "containerPort: health"),
        ("podManagementPolicy: Parallel", "podManagementPolicies: Parallel"),
    ],
)
def test_a_misspelt_field_is_noticed(tmp_path: Path, right: str, wrong: str) -> None:
    shutil.copytree(CHART, tmp_path / "chart")
    changed = 0
    for path in (tmp_path / "chart" / "templates").iterdir():
        text = path.read_text("utf-8")
        changed += right in text
        path.write_text(text.replace(right, wrong), "utf-8")
    assert changed
    found = [fault(one, "1.37") for one in rendered(chart=tmp_path / "chart")]
    assert [one for one in found if one is not None]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"worker": {"replica": 3}}, "replica"),
        ({"settings": 'topic_prefix = "x."'}, "brokers"),
        ({"settings": 'brokers = "k:9092"\nsasl_password = "word"'}, "settings"),
        ({"image": {"tag": "latest"}}, "tag"),
        ({"worker": {"sessionTimeoutSeconds": 2}}, "sessionTimeoutSeconds"),
        ({"worker": {"resources": {"limits": {"memory": "lots"}}}}, "memory"),
        ({"secretFiles": [{"name": "login"}]}, "secretName"),
        ({"deliverer": {"enabled": "yes"}}, "enabled"),
    ],
)
def test_values_that_are_wrong_are_refused(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    done = helm("template", "bus", str(CHART), "--values", str(file))
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.parametrize("case", CASES)
def test_the_program_reads_what_the_chart_sets(
    manifests: dict[str, list[dict[str, Any]]],
    case: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = named(manifests[case], "ConfigMap")["data"]["consentry.toml"]
    for pod in pods(manifests[case]):
        [container] = pod["spec"]["containers"]
        mounts = {one["mountPath"] for one in container["volumeMounts"]}
        # Every file that is named lies in what is mounted, here in a folder of the test.
        for key, value in tomllib.loads(config).items():
            if key.endswith("_file"):
                assert str(Path(value).parent) in mounts
        settings = config.replace("/run/secrets", str(tmp_path))
        for mount in mounts:
            if mount.startswith("/run/secrets/"):
                folder = tmp_path / Path(mount).name
                folder.mkdir(exist_ok=True)
                for name in FILES:
                    (folder / name).write_text("0123456789abcdef" * 4)
        (tmp_path / "consentry.toml").write_text(settings)
        environ = {one["name"]: one.get("value", "name-0") for one in container["env"]}
        assert unknown_variables(environ) == []
        assert environ["CONSENTRY_CONFIG"] in {f"{mount}/consentry.toml" for mount in mounts}
        environ["CONSENTRY_CONFIG"] = str(tmp_path / "consentry.toml")
        read = load_settings(environ=environ)
        assert read.health_port == 8077 == Settings().health_port
        assert read.health_address == "0.0.0.0"  # noqa: S104 - in a pod
        if container["name"] == "worker":
            assert (read.store, read.instance_id) == ("rocksdb", "name-0")
            assert str(read.store_folder) in mounts
        if container["name"] == "ingest":
            asked = ["ingest", "--check", "--config", environ["CONSENTRY_CONFIG"]]
            assert main(asked) == 0, capsys.readouterr().err


def test_each_command_of_a_pod_is_one(
    full: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    containers = [pod["spec"]["containers"][0] for pod in pods(full)]
    assert {one["name"] for one in containers} == CONTAINERS
    commands = [one["args"] for one in containers]
    for command in commands:
        assert main([*command, "--help"]) == 0, capsys.readouterr().err


def test_no_pod_may_more_than_it_must(full: list[dict[str, Any]]) -> None:
    found = pods(full)
    assert len(found) == len(CONTAINERS)
    for pod in found:
        spec = pod["spec"]
        assert spec["enableServiceLinks"] is False
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert "@sha256:" in container["image"]


def test_secrets_are_named_and_never_held(full: list[dict[str, Any]]) -> None:
    assert not [one for one in full if one["kind"] == "Secret"]
    for pod in pods(full):
        for variable in pod["spec"]["containers"][0]["env"]:
            assert not variable["name"].endswith(("PASSWORD", "SECRET", "TOKEN"))


def test_a_pod_starts_again_with_new_settings(tmp_path: Path) -> None:
    def digest(settings: str) -> str:
        file = tmp_path / "values.yaml"
        file.write_text(yaml.safe_dump({"settings": settings}))
        worker = named(rendered("--values", str(file)), "StatefulSet")
        return str(worker["spec"]["template"]["metadata"]["annotations"])

    assert digest('brokers = "a:1"\n') != digest('brokers = "b:1"\n')


def test_selectors_find_the_pods(full: list[dict[str, Any]]) -> None:
    """Of Services, workloads, disruption budget, network policy and monitor."""
    labels = [pod["metadata"]["labels"] for pod in pods(full)]

    def finds(selector: dict[str, str]) -> int:
        return sum(selector.items() <= one.items() for one in labels)

    worker = named(full, "StatefulSet")
    assert finds(worker["spec"]["selector"]["matchLabels"]) == 1
    for one in full:
        if one["kind"] in ("Deployment", "PodDisruptionBudget"):
            assert finds(one["spec"]["selector"]["matchLabels"]) == 1
    everything = named(full, "NetworkPolicy", "-consentry")
    assert finds(everything["spec"]["podSelector"]["matchLabels"]) == len(CONTAINERS)
    webhooks = named(full, "NetworkPolicy", "-webhooks")
    assert finds(webhooks["spec"]["podSelector"]["matchLabels"]) == 1
    services = [one for one in full if one["kind"] == "Service"]
    monitor = named(full, "ServiceMonitor")["spec"]
    for service in services:
        assert finds(service["spec"]["selector"]) == 1
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert worker["spec"]["serviceName"] in {one["metadata"]["name"] for one in services}
    ports = {port["name"] for one in services for port in one["spec"]["ports"]}
    assert {one["port"] for one in monitor["endpoints"]} <= ports


def test_ports_are_those_that_a_pod_opens(full: list[dict[str, Any]]) -> None:
    for pod in pods(full):
        [container] = pod["spec"]["containers"]
        opened = {one["name"]: one["containerPort"] for one in container.get("ports", [])}
        for probe in ("livenessProbe", "readinessProbe"):
            if probe in container:
                assert container[probe]["httpGet"]["port"] in opened
        if container["name"] == "receive":
            config = tomllib.loads(named(full, "ConfigMap")["data"]["consentry.toml"])
            assert opened["http"] == config["receive"]["port"]
            assert config["receive"]["address"] == "0.0.0.0"  # noqa: S104 - in a pod
    for service in [one for one in full if one["kind"] == "Service"]:
        for port in service["spec"]["ports"]:
            assert port["targetPort"] in ("health", "http")


def test_the_fields_of_the_monitor_are_known_ones(full: list[dict[str, Any]]) -> None:
    """Its schema is the Prometheus operator's, which no package brings: checked by name."""
    monitor = copy.deepcopy(named(full, "ServiceMonitor"))
    assert monitor.keys() == {"apiVersion", "kind", "metadata", "spec"}
    assert monitor["spec"].keys() == {"selector", "endpoints"}
    assert [one.keys() for one in monitor["spec"]["endpoints"]] == [{"port", "path", "interval"}]
