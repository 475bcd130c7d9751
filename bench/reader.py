"""Reads topics as they grow, and writes down when each record could be read.

    python -m bench.reader JOB

A process of its own, so that nothing else delays its clock, and a client that takes little of the
processor, which the contestants need. JOB is JSON: `brokers`,
`partitions`, `topics` by name, `marked`: those of which only events with a marked id are noted,
and `naming`: those of which only values are noted that name a marked event. A line a record on `file`: name, nanoseconds when it was read, the record's own
milliseconds, and the value in hex.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from confluent_kafka import Consumer, TopicPartition

from bench.pace import MARK

ID_AT = 11
"""Where the event id begins in an Avro value: after the header and one byte of length."""

READY = "reading"
POLL_S = 0.2
ANSWER_S = 30.0

_NAMES_MARKED = re.compile(MARK + rb"\d{10}")


class Seen(NamedTuple):
    """One record: when it could be read (ns), its own time (ms), and its value."""

    at: int
    stamp: int
    value: bytes


def read(job: dict[str, Any], file: TextIO) -> None:
    """Read from the ends on, until asked to stop."""
    names = {topic: name for name, topic in job["topics"].items()}
    marked = {job["topics"][name] for name in job["marked"]}
    naming = {job["topics"][name] for name in job["naming"]}
    reader = Consumer(
        {
            "bootstrap.servers": job["brokers"],
            "group.id": "bench-reader",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "check.crcs": False,
        }
    )
    places = [TopicPartition(t, n) for t in names for n in range(job["partitions"])]
    for place in places:
        _, place.offset = reader.get_watermark_offsets(place, timeout=ANSWER_S)
    reader.assign(places)
    print(READY, flush=True)
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        record = reader.poll(POLL_S)
        while record is not None:
            now, topic, value = time.time_ns(), record.topic() or "", record.value() or b""
            if error := record.error():
                raise RuntimeError(f"{topic} cannot be read: {error.str()}")
            only_marked = topic in marked
            if only_marked and value[ID_AT : ID_AT + 1] != MARK:
                pass
            elif topic not in naming or _NAMES_MARKED.search(value):
                kept = value[: ID_AT + 11] if only_marked else value
                file.write(f"{names[topic]} {now} {record.timestamp()[1]} {kept.hex()}\n")
            record = reader.poll(0)
        file.flush()
    reader.close()


def seen(file: Path, name: str) -> list[Seen]:
    """What was noted of a topic so far; a line that is not whole yet is left out."""
    found = []
    for line in file.read_text("ascii").splitlines(keepends=True):
        if line.endswith("\n") and line.startswith(f"{name} "):
            _, at, stamp, value = line.rstrip("\n").split(" ")
            found.append(Seen(int(at), int(stamp), bytes.fromhex(value)))
    return found


def marked_id(value: bytes) -> str:
    """The id of a marked event that was noted."""
    return value[ID_AT : ID_AT + 11].decode()


def main() -> None:
    """Run until SIGTERM."""
    job = json.loads(sys.argv[1])
    with Path(job["file"]).open("w", encoding="ascii") as file:
        read(job, file)


if __name__ == "__main__":
    main()
