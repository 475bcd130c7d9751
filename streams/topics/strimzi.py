"""Topics and users as custom resources of Strimzi (API version v1, Strimzi 0.49 and later)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from streams.settings import Settings
from streams.topics.access import roles
from streams.topics.acl_grants import AclGrant
from streams.topics.catalogue import all_topics
from streams.topics.rendered_names import require_different
from streams.topics.role import Role
from streams.topics.topic import Topic

API: Final = "kafka.strimzi.io/v1"
_TYPES: Final = {
    "topic": "topic",
    "group": "group",
    "transactional-id": "transactionalId",
    "cluster": "cluster",
}
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9./_-]*", re.ASCII)
_READ_OTHERWISE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that YAML 1.1 reads as something else than text."""


def resources(settings: Settings, cluster: str) -> list[dict[str, Any]]:
    """A KafkaTopic for each topic and a KafkaUser for each role, as plain data.

    Raises ConsentryError where two topics would have one name.
    """
    require_different(settings, _kubernetes_name, "Kubernetes")
    return [
        *(_topic(topic, settings, cluster) for topic in all_topics(settings)),
        *(_user(role, settings, cluster) for role in roles(settings)),
    ]


def as_yaml(documents: list[dict[str, Any]]) -> Iterator[str]:
    """Lines of one YAML stream."""
    for document in documents:
        yield "---"
        yield from _lines(document, "")


def _topic(topic: Topic, settings: Settings, cluster: str) -> dict[str, Any]:
    copies = settings.replication_factor
    return {
        "apiVersion": API,
        "kind": "KafkaTopic",
        "metadata": _metadata(topic.name, cluster),
        "spec": {
            "topicName": topic.name,
            "partitions": topic.partitions,
            # Without it the brokers' default counts.
            **({} if copies is None else {"replicas": copies}),
            "config": dict(topic.config),
        },
    }


def _user(role: Role, settings: Settings, cluster: str) -> dict[str, Any]:
    by_certificate = settings.security_protocol == "SSL"
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": _metadata(role.user, cluster),
        "spec": {
            "authentication": {"type": "tls" if by_certificate else "scram-sha-512"},
            "authorization": {"type": "simple", "acls": [_acl(grant) for grant in role.grants]},
        },
    }


def _acl(grant: AclGrant) -> dict[str, Any]:
    resource: dict[str, Any] = {"type": _TYPES[grant.resource]}
    if grant.resource != "cluster":
        resource["name"] = grant.name
        resource["patternType"] = "prefix" if grant.prefixed else "literal"
    return {"resource": resource, "operations": list(grant.operations)}


def _metadata(name: str, cluster: str) -> dict[str, Any]:
    return {"name": _kubernetes_name(name), "labels": {"strimzi.io/cluster": cluster}}


def _kubernetes_name(name: str) -> str:
    """Lower case, and letters, digits, hyphens and dots."""
    return re.sub(r"[^a-z0-9.-]", "-", name.lower()).strip("-.")


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Block style: nested mappings, and lists of mappings or of words."""
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, (dict, list)) and part:
                yield f"{indent}{key}:"
                yield from _lines(part, indent + "  ")
            else:
                yield f"{indent}{key}: {_scalar(part)}"
        return
    for part in value:
        if isinstance(part, dict):
            first, *rest = _lines(part, indent + "  ")
            yield f"{indent}- {first.strip()}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(part)}"


def _scalar(value: Any) -> str:
    plain = (
        isinstance(value, str)
        and _PLAIN.fullmatch(value) is not None
        and value.lower() not in _READ_OTHERWISE
    )
    # JSON's scalars are YAML's.
    return value if plain else json.dumps(value)
