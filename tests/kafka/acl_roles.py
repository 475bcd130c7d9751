"""Users of a Kafka with ACLs, each with what its role is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)
from kafka.admin import ACLResourcePatternType as Pattern

from streams.dev.broker import BrokerSecurity, LocalBroker
from streams.settings import Settings
from streams.topics import (
    Role,
    create_topics,
    roles,
)

WORD = "w0rd-of-all"
OPERATIONS = {
    "Read": ACLOperation.READ,
    "Write": ACLOperation.WRITE,
    "Delete": ACLOperation.DELETE,
    "Create": ACLOperation.CREATE,
    "Describe": ACLOperation.DESCRIBE,
    "DescribeConfigs": ACLOperation.DESCRIBE_CONFIGS,
    "IdempotentWrite": ACLOperation.IDEMPOTENT_WRITE,
}
RESOURCES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
    "cluster": ResourceType.CLUSTER,
}

As = Callable[[str], Settings]
"""Settings of the user of a role."""


def role_named(settings: Settings, name: str) -> Role:
    (role,) = [role for role in roles(settings) if role.name == name]
    return role


def login(broker: LocalBroker, role: Role) -> dict[str, Any]:
    return {
        "brokers": (broker.secure_bootstrap,),
        "security_protocol": "SASL_SSL",
        "ssl_ca_file": broker.ca_file,
        "sasl_username": role.user,
        "sasl_password": WORD,
    }


def give(broker: LocalBroker, given: Iterable[Role]) -> None:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as client:
        client.create_acls([acl for role in given for acl in _acls(role)])


def _acls(role: Role) -> Iterator[ACL]:
    for grant in role.grants:
        pattern = ResourcePattern(
            RESOURCES[grant.resource],
            grant.name,
            Pattern.PREFIXED if grant.prefixed else Pattern.LITERAL,
        )
        for operation in grant.operations:
            yield ACL(
                f"User:{role.user}", "*", OPERATIONS[operation], ACLPermissionType.ALLOW, pattern
            )


def producer_of(settings: Settings, **options: Any) -> AIOKafkaProducer:
    return AIOKafkaProducer(**settings.connection.aiokafka_options(), **options)


@pytest.fixture(scope="module")
def as_role(guarded: LocalBroker) -> As:
    """Settings of each role on topics that the administrator created."""
    plain = Settings(partitions=2)
    give(guarded, roles(plain))

    def settings_of(role_name: str) -> Settings:
        return Settings(partitions=2, **login(guarded, role_named(plain, role_name)))

    create_topics(settings_of("administrator"))
    return settings_of


@pytest.fixture(scope="module")
def guarded() -> Iterator[LocalBroker]:
    """A broker that lets nobody do anything but by ACLs; there are users for the roles."""
    users = {role.user: WORD for role in roles(Settings())}
    broker = LocalBroker(
        security=BrokerSecurity(users=users),
        heap_mb=256,
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The open listener, over which ACLs are given out.
            "super.users": "User:ANONYMOUS",
        },
    )
    with broker:
        yield broker
