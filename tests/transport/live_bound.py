"""A process that judges very many people, and says what those who are live take of it.

    python -m tests.transport.live_bound BOUND_BYTES PEOPLE EVENTS_OF_EACH

Rows are on disk, in little memory, so that what the process grows by are live subjects.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from bench import state_rows
from bench.state_rows import MIB, POLLED, WANTED, Record, Worker
from bench.stream import Made, key_of, make
from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.stores import open_rows

STORE_BYTES: Final = 4 * MIB


def resident() -> int:
    """Bytes of memory that this process has."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def judge(worker: Worker, topics: Mapping[EventType, str], events: Iterable[Made]) -> None:
    """Let a worker judge events, as many at a time as a poll gives."""
    records: list[Record] = []
    for number, one in enumerate(events):
        topic = topics[one.kind]
        records.append(Record(topic, 0, number, one.at, key_of(one.subject), one.value))
        if len(records) == POLLED:
            worker.take(records)
            records = []
    worker.take(records)


def main() -> None:
    """Judge, and print what was found as JSON."""
    bound, people, each = map(int, sys.argv[1:])
    settings = Settings(live_subjects_max_bytes=bound)
    state_rows.SETTINGS = settings  # type: ignore[misc]  # of this process alone
    topics = settings.topics.inputs
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(open_rows(Path(folder), Memory(STORE_BYTES, STORE_BYTES // 2), WANTED))
        subjects = worker.judge.subjects
        judge(worker, topics, make(200, 200))  # what is made once is there
        for number in range(200):
            subjects.live.drop(key_of(number))
        gc.collect()
        before = resident()
        judge(worker, topics, make(people * each, people))
        gc.collect()
        found = {
            "grown": resident() - before,
            "counted": subjects.live.bytes,
            "live": len(subjects.live),
            "ready": subjects.lookups.ready,
            "rebuilt": subjects.lookups.rebuilt,
        }
        sys.stdout.write(json.dumps(found))
        worker.partition.rows.close()


if __name__ == "__main__":
    main()
