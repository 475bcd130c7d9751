"""Having the broker compact topics at once, with its own cleaner."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from tests.kafka.harness import Bus

_TOPIC = {
    "segment.ms": ("SET", "100"),
    "min.cleanable.dirty.ratio": ("SET", "0.0"),
    "min.compaction.lag.ms": ("SET", "0"),
    "delete.retention.ms": ("SET", "0"),
}
_BACKOFF = "log.cleaner.backoff.ms"


def compact_at_once(bus: Bus, *topics: str) -> None:
    """Let what is replaced on these topics be gone within a second or so of the cleaner's look."""
    _alter(bus, [ConfigResource(ConfigResourceType.TOPIC, topic, _TOPIC) for topic in topics])


@contextlib.contextmanager
def eager_cleaner(bus: Bus) -> Iterator[None]:
    """Have the broker look for something to compact ten times a second, and not every 15 s."""
    _alter(bus, [_broker(("SET", "100"))])
    try:
        yield
    finally:
        _alter(bus, [_broker(("DELETE", None))])


def _broker(change: tuple[str, str | None]) -> ConfigResource:
    return ConfigResource(ConfigResourceType.BROKER, "1", {_BACKOFF: change})


def _alter(bus: Bus, resources: list[ConfigResource]) -> None:
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    with contextlib.closing(admin):
        admin.alter_configs(resources)
