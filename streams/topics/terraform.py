"""Topics and ACLs in Terraform's JSON syntax, for the provider Mongey/kafka."""

from __future__ import annotations

import re
from typing import Any, Final

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.access import roles
from streams.topics.catalogue import all_topics
from streams.topics.rendered_names import require_different

_TYPES: Final = {
    "topic": "Topic",
    "group": "Group",
    "transactional-id": "TransactionalID",
    "cluster": "Cluster",
}


def document(settings: Settings) -> dict[str, Any]:
    """One `.tf.json` file. Brokers and login are the provider's, and are not in it.

    Raises ConsentryError without `replication_factor`, which the provider must have, and where two
    topics would have one label.
    """
    if settings.replication_factor is None:
        raise ConsentryError(
            "a topic of Terraform's provider needs a replication factor, and none is set",
            "Set CONSENTRY_REPLICATION_FACTOR, for example to 3.",
        )
    require_different(settings, _label, "Terraform")
    topics = {
        _label(topic.name): {
            "name": topic.name,
            "partitions": topic.partitions,
            "replication_factor": settings.replication_factor,
            "config": dict(topic.config),
            # Deleting a topic deletes state or evidence.
            "lifecycle": {"prevent_destroy": True},
        }
        for topic in all_topics(settings)
    }
    acls = {
        _label(f"{role.user}-{grant.resource}-{grant.name}-{operation}"): {
            "resource_type": _TYPES[grant.resource],
            "resource_name": grant.name,
            "resource_pattern_type_filter": "Prefixed" if grant.prefixed else "Literal",
            "acl_principal": f"User:{role.user}",
            "acl_host": "*",
            "acl_operation": operation,
            "acl_permission_type": "Allow",
        }
        for role in roles(settings)
        for grant in role.grants
        for operation in grant.operations
    }
    return {
        "terraform": {"required_providers": {"kafka": {"source": "Mongey/kafka"}}},
        "resource": {"kafka_topic": topics, "kafka_acl": acls},
    }


def _label(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)
