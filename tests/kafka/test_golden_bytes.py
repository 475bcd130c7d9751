"""What a worker writes, byte for byte: findings and duties of one short story.

The record timestamps are the test's own, so nothing in the bytes depends on the day.
"""

from __future__ import annotations

from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from streams.core.events import Event
from tests.core.builders import grant, moment, share, withdraw
from tests.kafka.harness import Bus

GOLDEN = Path(__file__).parent / "golden"
STORY: tuple[Event, ...] = (
    grant(0),
    share(1, id="before"),
    withdraw(2),
    share(3, id="after"),
)


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
            timed.send(timed.event(event, timestamp=moment(hour, 500)))
            timed.settle(worker)
    written = {
        "finding": [r.value for r in timed.read(timed.names.violations)],
        "duty": [r.value for r in timed.read(timed.names.duties)],
    }
    for kind, values in written.items():
        lines = (GOLDEN / f"worker_{kind}.hex").read_text("ascii").splitlines()
        assert [value.hex() for value in values] == lines, kind
