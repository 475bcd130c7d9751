"""What all tests share: one real Kafka for the whole session, and names of their own."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from streams.dev.broker import BrokerSecurity, LocalBroker

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.hanging"]

# How fast examples are made says how busy the machine is, beside a broker and workers.
settings.register_profile(
    "beside-kafka", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("beside-kafka")

LONG_FIRST = ("model", "kafka", "control", "invariants", "faults", "property", "dev", "delivery")
"""Folders whose files take longest: with several processes they begin first, and none is left
for the end, when the other processes have nothing to do."""

BROKERS_VARIABLE = "CONSENTRY_TEST_BROKERS"
# testcontainers' KafkaContainer starts Confluent's image only; this one is Kafka 3.9.
KAFKA_IMAGE = "confluentinc/cp-kafka:7.9.0"
SECURE_USER = "alice"
SECURE_PASSWORD = 'a, [strange] "pass\\word" = é'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests of `LONG_FIRST` to the front, files whole and in their order."""
    tests = Path(__file__).parent
    places = {tests / folder: place for place, folder in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent, len(places)))


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of an open Kafka, the same for the whole session.

    CONSENTRY_TEST_BROKERS names one that runs; else Docker, where an engine answers;
    else a local one from packages. Topics and groups are shared: use `unique`.
    """
    chosen = os.environ.get(BROKERS_VARIABLE)
    if chosen:
        yield chosen
    elif docker_answers():
        from testcontainers.community.kafka import KafkaContainer

        container = KafkaContainer(KAFKA_IMAGE).with_kraft()
        for name, value in {
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        }.items():
            container.with_env(name, value)
        with container:
            yield container.get_bootstrap_server()
    else:
        with LocalBroker() as local:
            yield local.bootstrap


@pytest.fixture(scope="module")
def secure_kafka() -> Iterator[LocalBroker]:
    """A local broker with a SASL_SSL listener: SCRAM and PLAIN, user `SECURE_USER`.

    One for each of the few files that need it: an idle broker takes a fiftieth of a processor, and
    would do so to the end of the session.

    `.secure_bootstrap`, `.ca_file` and `.security.users` say how to log in; `.bootstrap`
    is its open listener.
    """
    security = BrokerSecurity(
        users={SECURE_USER: SECURE_PASSWORD},
        mechanisms=("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"),
    )
    with LocalBroker(security=security, heap_mb=256) as local:
        yield local


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> str:
    """A prefix for topics and groups that no other test, and no other run, uses."""
    test = re.sub(r"[^a-zA-Z0-9]+", "-", request.node.name).strip("-")[:40]
    return f"{test}-{uuid.uuid4().hex[:8]}"


def docker_answers() -> bool:
    """Whether a Docker engine can be used; False takes milliseconds where there is none."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=3)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()
