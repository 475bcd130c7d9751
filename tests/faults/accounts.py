"""The accounts after a run: every record ended somewhere, once (for our own runtime)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from streams.core import quality
from streams.core.event_kinds import event_key, key_of
from streams.core.identifiers import SubjectKey, ViolationId, subject_key, violation_id
from streams.core.instants import Instant
from streams.core.slots import SLOTS
from streams.core.state import Fact
from streams.core.vocabulary import Status
from streams.settings.names import TopicNames
from streams.wire.decode import Rejected, decode
from streams.wire.origin import OFFSET, PARTITION, TOPIC
from streams.wire.progress import PROGRESS_KEY, Progress, decode_progress
from streams.wire.rows import refusal_key
from tests.faults.checks import DEAD_LETTER_CODES, Kind, Problem, Published, problems
from tests.kafka.harness import Bus


class RefusedIds(NamedTuple):
    """Records on the inputs that were refused under the id of an event.

    How many by the key of their row, and by the id of the finding whether it must be closed.
    """

    rows: Counter[bytes]
    closed: dict[ViolationId, bool]


def refused_ids(
    inputs: Iterable[Any], names: TopicNames, facts: Mapping[SubjectKey, list[Fact]]
) -> RefusedIds:
    """Those among these records; `facts` are the events by subject."""
    kinds = {topic: kind for kind, topic in names.inputs.items()}
    judged = {(key, event_key(one.event)) for key, own in facts.items() for one in own}
    found = RefusedIds(Counter(), {})
    for record in inputs:
        decoded = decode(record.value, kinds[record.topic])
        if not isinstance(decoded, Rejected) or decoded.subject is None:
            continue
        refusal = decoded.refusal(Instant(record.timestamp))
        if refusal is not None:
            subject = subject_key(*decoded.subject)
            key = key_of(refusal.event_type, refusal.event_id)
            found.rows[refusal_key(subject, key)] += 1
            about = *decoded.subject, refusal.event_type, refusal.event_id
            address = violation_id(*about, SLOTS[quality.UNPROCESSABLE])
            found.closed[address] = (subject, key) in judged
    return found


def accounts(
    bus: Bus, inputs: Sequence[Any], facts: set[bytes], refused: RefusedIds, published: Published
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
    facts = facts | refused.rows.keys()
    last = {one.violation_id: one for one in published.findings if one.code in DEAD_LETTER_CODES}
    wrong = [
        name
        for name, closed in refused.closed.items()
        if name not in last or (last[name].status is Status.REMEDIATED) != closed
    ]
    # One for each record that names no event; of the others, one for each id.
    aside = refused.rows.total() + sum(
        finding.code in DEAD_LETTER_CODES and finding.violation_id not in refused.closed
        for finding in published.findings
    )
    return problems(
        (Kind.UNACCOUNTED, "records there and records read differ", unread),
        (Kind.UNACCOUNTED, "counters that do not add up", unbalanced),
        (Kind.UNACCOUNTED, "committed offsets that are not the progress", behind(bus, progress)),
        (Kind.UNACCOUNTED, "dead letters", unequal(counted["dead_lettered"], len(letters), aside)),
        (Kind.UNACCOUNTED, "re-keyed records", unequal(counted["rekeyed"], len(rekeyed))),
        (Kind.WRONG, "findings about refused ids", wrong),
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
