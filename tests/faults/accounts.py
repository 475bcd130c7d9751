"""The accounts after a run: every record ended somewhere, once (for our own runtime)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from streams.wire.origin import OFFSET, PARTITION, TOPIC
from streams.wire.progress import PROGRESS_KEY, Progress, decode_progress
from tests.faults.checks import DEAD_LETTER_CODES, Kind, Problem, Published, problems
from tests.kafka.harness import Bus


def accounts(
    bus: Bus, inputs: Sequence[Any], facts: set[bytes], published: Published
) -> list[Problem]:
    """What workers counted and stored, compared with the records on the topics.

    `facts` are the keys of the rows that the events on the inputs must have. A record
    that was committed past and not judged shows as one that was not read; one that was
    read and forgotten shows as a row that is missing.
    """
    names = bus.names
    progress, rows = read_changelog(bus)
    rekeyed = bus.read(names.rekeyed)
    letters = [*bus.read(names.dead_letters), *bus.read(names.quarantine)]
    there = Counter((record.topic, record.partition) for record in [*inputs, *rekeyed])
    counted: Counter[str] = Counter()
    unread, unbalanced = [], []
    for topic in (*names.inputs.values(), names.rekeyed):
        for number in range(bus.settings.partitions):
            counters = progress[number].count(topic)
            counted.update(msgspec.structs.asdict(counters))
            if counters.read != there[topic, number]:
                unread.append(f"{topic}/{number}: {there[topic, number]}, read {counters.read}")
            if not counters.balanced:
                unbalanced.append(f"{topic}/{number}")
    aside = sum(finding.code in DEAD_LETTER_CODES for finding in published.findings)
    return problems(
        (Kind.UNACCOUNTED, "records there and records read differ", unread),
        (Kind.UNACCOUNTED, "counters that do not add up", unbalanced),
        (Kind.UNACCOUNTED, "committed offsets that are not the progress", behind(bus, progress)),
        (Kind.UNACCOUNTED, "dead letters", unequal(counted["dead_lettered"], len(letters), aside)),
        (Kind.UNACCOUNTED, "re-keyed records", unequal(counted["rekeyed"], len(rekeyed))),
        (Kind.LOST, "events without a row", sorted(facts - rows)),
        (Kind.WRONG, "rows without an event", sorted(rows - facts)),
        (Kind.TWICE, "records set aside twice", twice(letter.key for letter in letters)),
        (Kind.TWICE, "records re-keyed twice", twice(place(record) for record in rekeyed)),
    )


def read_changelog(bus: Bus) -> tuple[dict[int, Progress], set[bytes]]:
    """The last progress of every partition number, and the keys of the rows that stand."""
    progress = {number: Progress(positions={}) for number in range(bus.settings.partitions)}
    rows: set[bytes] = set()
    for record in bus.read(bus.names.changelog):
        if record.key == PROGRESS_KEY:
            progress[record.partition] = decode_progress(record.value)
        elif record.value is None:
            rows.discard(record.key)
        else:
            rows.add(record.key)
    return progress, rows


def behind(bus: Bus, progress: dict[int, Progress]) -> list[str]:
    """Places whose committed offset is not where the stored progress ends."""
    committed: dict[int, dict[str, int]] = {number: {} for number in progress}
    for (topic, number), offset in bus.committed().items():
        committed[number][topic] = offset
    return [
        f"{topic}/{number}"
        for number, row in progress.items()
        for topic in row.differences(committed[number])
    ]


def place(record: Any) -> tuple[bytes | None, ...]:
    """Where a re-keyed record first stood."""
    headers = dict(record.headers)
    return tuple(headers.get(name) for name in (TOPIC, PARTITION, OFFSET))


def twice(names: Iterable[Any]) -> list[Any]:
    """What occurs more than once."""
    return [name for name, times in Counter(names).items() if times > 1]


def unequal(*numbers: int) -> list[str]:
    """The numbers, unless all are the same."""
    return [] if len(set(numbers)) == 1 else [" and ".join(map(str, numbers))]
