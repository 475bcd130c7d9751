"""The small job on Quix Streams: one dataframe over the five topics, state in RocksDB."""

from __future__ import annotations

import sys
from typing import Any

from quixstreams import Application

from bench.programs.job import Job, read_job
from bench.programs.small_job import CONSENT, SHARE, Events

COMMIT_EVERY_S = 0.25


def run(given: Job) -> None:
    """Read until killed."""
    app = Application(
        broker_address=given.brokers,
        consumer_group=given.group,
        auto_offset_reset="earliest",
        processing_guarantee="at-least-once",
        commit_interval=COMMIT_EVERY_S,
        state_dir=given.folder,
        auto_create_topics=True,
        consumer_extra_config={"queued.min.messages": 200_000},
        producer_extra_config={"linger.ms": 5, "batch.size": 262_144},
        loglevel="WARNING",
    )
    published = app.topic(given.violations, value_serializer="bytes", key_serializer="bytes")
    events = Events()

    def judge(value: bytes, state: Any) -> list[bytes]:
        event = events.read(value)
        fields = event.fields
        if event.kind == CONSENT:
            now = [fields["occurred_at"], fields["action"] == "GRANTED"]
            for purpose in fields["purposes"]:
                for recipient in fields["recipient_ids"]:
                    place = f"{purpose}\x1f{recipient}"
                    before = state.get(place)
                    if before is None or before[0] <= now[0]:
                        state.set(place, now)
        elif event.kind == SHARE:
            found = state.get(f"{fields['purpose']}\x1f{fields['recipient_id']}")
            if found is None or not found[1]:
                return [fields["event_id"].encode() + b"\x1fNO_CONSENT"]
        return []

    # The state belongs to the key of a record, which is the subject.
    frames = [
        app.dataframe(app.topic(name, value_deserializer="bytes", key_deserializer="bytes"))
        for name in given.inputs.values()
    ]
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.concat(frame)
    whole.apply(judge, stateful=True, expand=True).to_topic(published)
    app.run()


if __name__ == "__main__":
    run(read_job(sys.argv[1]))
