"""Writes `kafka_jars.txt` again: `python -m streams.dev.pin_kafka 4.1.0`.

For maintainers, when the Kafka version changes. It asks Maven Central for everything
that this version needs, downloads it into a temporary folder, and prints one line a
file: its coordinate and SHA-256. Read the difference before committing it.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from streams.terminal.out import say

# Kafka logs through slf4j 1.7 and brings no implementation of it.
_LOGGING = "org.slf4j:slf4j-simple:1.7.36"


def pins(version: str) -> list[str]:
    """The lines for the Kafka of `version`, the broker's own jar first."""
    from jgo.maven import MavenContext, PythonResolver

    lines = []
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(resolver=PythonResolver(), repo_cache=Path(folder), timeout=30)
        wanted = [f"org.apache.kafka:kafka_2.13:{version}", _LOGGING]
        direct, indirect = context.resolver.resolve(
            [context.create_dependency(coordinate) for coordinate in wanted]
        )
        for dependency in (*direct, *indirect):
            if dependency.scope not in (None, "compile", "runtime"):
                continue
            jar = dependency.artifact.resolve()
            digest = hashlib.sha256(jar.read_bytes()).hexdigest()
            coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
            lines.append(f"{coordinate} {digest}")
    return lines


if __name__ == "__main__":
    for line in pins(sys.argv[1]):
        say(line)
