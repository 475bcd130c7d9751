"""The small job on Faust as it comes: its own driver on uvloop, a table with a changelog."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop

from bench.programs.job import Job, read_job
from bench.programs.small_job import CONSENT, SHARE, Events

RAW: dict[str, Any] = {
    "key_type": bytes,
    "value_type": bytes,
    "key_serializer": "raw",
    "value_serializer": "raw",
}


def build(given: Job) -> Any:
    """The app: one agent over the five topics."""
    import faust

    app = faust.App(
        given.group,
        broker=f"aiokafka://{given.brokers}",
        consumer_auto_offset_reset="earliest",
        store="memory://",
        topic_partitions=given.partitions,
        topic_replication_factor=1,
        topic_disable_leader=True,
        table_standby_replicas=0,
        # The bounds of its queues and batches, raised: without that it is slower.
        stream_buffer_maxsize=65_536,
        producer_max_batch_size=262_144,
        producer_linger=0.0 if given.aim == "latency" else 0.02,
        broker_commit_interval=0.25,
        datadir=given.folder,
        web_enabled=False,
    )
    inputs = app.topic(*given.inputs.values(), **RAW)
    violations = app.topic(given.violations, **RAW)
    table = app.Table("latest", key_type=bytes, value_type=bytes, partitions=given.partitions)
    events = Events()

    async def judge(stream: Any) -> None:
        async for key, value in stream.items():
            event = events.read(value)
            fields = event.fields
            if given.keep:
                table[key + b"\x1f" + fields["event_id"].encode()] = value
            if event.kind == CONSENT:
                row = b"%d %d" % (fields["occurred_at"], fields["action"] == "GRANTED")
                for purpose in fields["purposes"]:
                    for recipient in fields["recipient_ids"]:
                        place = f"{fields['subject_id']}\x1f{purpose}\x1f{recipient}".encode()
                        before = table.get(place)
                        if before is None or int(before.split()[0]) <= fields["occurred_at"]:
                            table[place] = row
            elif event.kind == SHARE:
                place = "\x1f".join(
                    (fields["subject_id"], fields["purpose"], fields["recipient_id"])
                ).encode()
                found = table.get(place)
                if found is None or not found.endswith(b" 1"):
                    published = fields["event_id"].encode() + b"\x1fNO_CONSENT"
                    await violations.send(key=key, value=published)

    app.agent(inputs, name="judge")(judge)
    return app


def main() -> None:
    """Run until killed."""
    import faust

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    faust.Worker(build(read_job(sys.argv[1])), loglevel="WARNING").execute_from_commandline()


if __name__ == "__main__":
    main()
