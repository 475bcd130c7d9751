"""What a worker writes, byte for byte: findings and duties of one short story.

The record timestamps are the test's own, so nothing in the bytes depends on the day.
"""

from __future__ import annotations

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from tests.core.builders import moment
from tests.kafka.goldens import LATENESS_MS, STORY, golden, written
from tests.kafka.harness import Bus


def with_own_timestamps(bus: Bus) -> None:
    """Let the record timestamps of the inputs be those that the producer gives."""
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    config = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
    try:
        admin.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, name, config)
                for name in bus.names.inputs.values()
            ]
        )
    finally:
        admin.close()


def test_the_bytes_of_a_worker_are_golden(timed: Bus) -> None:
    with_own_timestamps(timed)
    with timed.worker() as worker:
        for hour, event in enumerate(STORY):
            timed.send(timed.event(event, timestamp=moment(hour, LATENESS_MS)))
            timed.settle(worker)
    wrote = {
        "finding": [record.value.hex() for record in timed.read(timed.names.violations)],
        "duty": [record.value.hex() for record in timed.read(timed.names.duties)],
    }
    assert wrote == golden()


def test_the_golden_bytes_are_those_of_the_rules() -> None:
    assert written() == golden(), "python -m tests.kafka.goldens"
