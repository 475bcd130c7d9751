"""Variables that begin like ours: settings, others that are known, Kubernetes', and slips."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import streams
from streams.cli.options import read_settings
from streams.settings import Settings, load_settings, unknown_variables
from streams.settings.environment import (
    OTHER_VARIABLES,
    SINK_PREFIX,
    kubernetes_variables,
    similar_variable,
    variable,
)
from streams.sinks.load import unknown_variables as unknown_to_sinks

ROOT = Path(streams.__file__).parents[1]


def of_service(name: str) -> dict[str, str]:
    """What a pod gets for a Service of that name, with two ports, one of them with a name."""
    upper = name.upper().replace("-", "_")
    made = {f"{upper}_SERVICE_HOST": "10.96.0.7", f"{upper}_SERVICE_PORT": "9092"}
    made |= {f"{upper}_SERVICE_PORT_KAFKA": "9092", f"{upper}_PORT": "tcp://10.96.0.7:9092"}
    for port, protocol in ((9092, "tcp"), (8078, "udp")):
        head = f"{upper}_PORT_{port}_{protocol.upper()}"
        made |= {head: f"{protocol}://10.96.0.7:{port}", f"{head}_PROTO": protocol}
        made |= {f"{head}_PORT": str(port), f"{head}_ADDR": "10.96.0.7"}
    return made


@pytest.mark.parametrize(
    "name", ["consentry", "consentry-worker", "consentry-health", "consentry-sink-x", "consentry-2"]
)
def test_what_kubernetes_makes_of_a_service_is_ignored(name: str) -> None:
    environ = of_service(name) | {"CONSENTRY_PARTITIONS": "3"}
    assert unknown_variables(environ) == []
    assert unknown_to_sinks({}, environ) == []
    assert kubernetes_variables(environ) == sorted(of_service(name))
    settings = load_settings(environ=environ)
    assert settings == Settings(partitions=3)


def test_it_is_noted_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in of_service("consentry-health").items():
        monkeypatch.setenv(name, value)
    read_settings()
    said = capsys.readouterr().err
    assert said.startswith("note: CONSENTRY_HEALTH_PORT and 11 more are ignored: Kubernetes")
    assert len(said.splitlines()) == 1
    monkeypatch.setenv("CONSENTRY_HEALTH_PORT", "8077")
    assert read_settings().health_port == 8077


def test_a_port_that_is_none_of_kubernetes_is_a_slip() -> None:
    assert unknown_variables({"CONSENTRY_PORT": "9092"}) == ["CONSENTRY_PORT"]
    assert unknown_variables({"CONSENTRY_SERVICE": "x"}) == ["CONSENTRY_SERVICE"]


@pytest.mark.parametrize(
    "name", ["CONSENTRY_PURE", "CONSENTRY_TEST_BROKERS", "CONSENTRY_REQUIRE_CLIENTS"]
)
def test_variables_of_the_build_and_the_tests_are_no_slips(name: str) -> None:
    assert unknown_variables({name: "1"}) == []


def test_every_variable_that_this_project_reads_is_known() -> None:
    reads = re.compile(r"""environ(?:\.get\(|\[)\s*["'](CONSENTRY_[A-Z_]+)["']""")
    named = re.compile(r"""^[A-Z_]+(?:: Final)? = ["'](CONSENTRY_[A-Z_]+)["']$""", re.MULTILINE)
    found = set()
    for folder in ("streams", "tests", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            found |= set(reads.findall(text))
            if "environ" in text:
                found |= set(named.findall(text))
    assert {"CONSENTRY_PURE", "CONSENTRY_CACHE"} <= found
    found.discard(SINK_PREFIX)
    assert unknown_variables(dict.fromkeys(found, "")) == []
    assert OTHER_VARIABLES.isdisjoint(map(variable, Settings.model_fields))


def test_a_slip_gets_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSENTRY_BROKRES", "x")
    read_settings()
    assert (
        capsys.readouterr().err
        == "warning: CONSENTRY_BROKRES is no setting of Consentry; did you mean CONSENTRY_BROKERS?\n"
    )
    assert similar_variable("CONSENTRY_XYZZY") == "; is it misspelt?"
