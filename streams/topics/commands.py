"""The same things done by Kafka's own tools, as lines to copy."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from streams.topics.topic import Topic


def create_command(topic: Topic, bootstrap: str, replication_factor: int | None) -> str:
    """The `kafka-topics` line that creates a topic as the catalogue wants it."""
    words = ["kafka-topics", "--bootstrap-server", bootstrap, "--create"]
    # Of a topic that is there already the tool says nothing then, so lines can run twice.
    words += ["--if-not-exists", "--topic", topic.name]
    words += ["--partitions", str(topic.partitions)]
    if replication_factor is not None:
        words += ["--replication-factor", str(replication_factor)]
    for key, value in topic.config.items():
        words += ["--config", f"{key}={value}"]
    return shlex.join(words)


def delete_command(name: str, bootstrap: str) -> str:
    """The `kafka-topics` line that deletes a topic."""
    return shlex.join(
        ["kafka-topics", "--bootstrap-server", bootstrap, "--delete", "--topic", name]
    )


def configure_command(name: str, bootstrap: str, config: Mapping[str, str]) -> str:
    """The `kafka-configs` line that changes settings of a topic."""
    # A value with commas must stand in brackets, or it is read as several settings.
    pairs = (
        f"{key}=[{value}]" if "," in value else f"{key}={value}" for key, value in config.items()
    )
    words = ["kafka-configs", "--bootstrap-server", bootstrap, "--alter"]
    words += ["--entity-type", "topics", "--entity-name", name, "--add-config", ",".join(pairs)]
    return shlex.join(words)
