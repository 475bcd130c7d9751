"""All topics as an AsyncAPI 3 document, made from the catalogue and the schemas.

Actions are Consentry's: it receives what stands on the inputs, and sends the rest. A
message has one payload schema, here that of the package in Avro; in which forms a topic holds
it (JSON, a registry's framing, CloudEvents) stands in `x-value`. https://www.asyncapi.com, 3.0.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.settings import Settings
from streams.settings.connection import encrypts
from streams.topics.catalogue import all_topics
from streams.topics.topic import Topic, TopicKind

VERSION: Final = "3.0.0"
AVRO: Final = "application/vnd.apache.avro+json;version=1.9.0"
_BINDING: Final = "0.5.0"
_CONFIG: Final = frozenset({"retention.ms", "max.message.bytes", "delete.retention.ms"})
"""Settings of a topic that the Kafka binding knows, beside its cleanup policy."""

_SENDS: Final = frozenset(set(TopicKind) - {TopicKind.INPUT})

Document = dict[str, Any]


def asyncapi(settings: Settings, schemas: Mapping[str, Any], version: str) -> Document:
    """The document; `schemas` are Avro schemas by the name of their file, `version` the release's."""
    topics = all_topics(settings)
    named = {name for topic in topics for name in topic.schemas}
    messages = {name: _avro(name, schemas[name]) for name in sorted(named)}
    for topic in topics:
        if not topic.schemas:
            messages[_own(topic)] = _opaque(topic)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Consentry",
            "version": version,
            "description": (
                "Finds consent violations on a Kafka event bus. Events are keyed by "
                "`controller_id 0x1F subject_id` and partitioned by murmur2; outputs are read with "
                "isolation.level=read_committed. Made by `consentry topics asyncapi`."
            ),
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": {"kafka": _server(settings)},
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": dict(_operation(topic) for topic in topics),
        "components": {"messages": messages},
    }


def _server(settings: Settings) -> Document:
    secure = encrypts(settings.security_protocol)
    return {
        "host": settings.brokers[0],
        "protocol": "kafka-secure" if secure else "kafka",
        "description": f"Kafka, {settings.security_protocol}.",
    }


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": _configuration(topic),
                "bindingVersion": _BINDING,
            }
        },
        "x-key": topic.key,
        "x-value": topic.value,
        "x-written-by": [str(one) for one in topic.writers],
        "x-read-by": [str(one) for one in topic.readers],
    }


def _configuration(topic: Topic) -> Document:
    found: Document = {"cleanup.policy": topic.config["cleanup.policy"].split(",")}
    for name in sorted(_CONFIG & topic.config.keys()):
        found[name] = int(topic.config[name])
    return found


def _operation(topic: Topic) -> tuple[str, Document]:
    action = "send" if topic.kind in _SENDS else "receive"
    return f"{action}-{topic.name}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{_pointer(topic.name)}"},
        "summary": topic.description.split(". ")[0].rstrip(".") + ".",
        "messages": [
            {"$ref": f"#/channels/{_pointer(topic.name)}/messages/{name}"}
            for name in _messages(topic)
        ],
    }


def _messages(topic: Topic) -> tuple[str, ...]:
    return topic.schemas or (_own(topic),)


def _own(topic: Topic) -> str:
    """A topic without a schema has a message of its own, by what the topic is."""
    return topic.kind.value.replace(" ", "_").replace("-", "_")


def _avro(name: str, schema: Any) -> Document:
    return {
        "name": name,
        "title": schema["name"],
        "summary": schema["doc"],
        "contentType": "application/avro",
        "payload": {"schemaFormat": AVRO, "schema": schema},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": _BINDING}},
    }


def _opaque(topic: Topic) -> Document:
    return {
        "name": _own(topic),
        "title": f"A record of {topic.kind.value}",
        "summary": topic.value,
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary", "description": topic.value},
    }


def _pointer(name: str) -> str:
    """A name within a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
