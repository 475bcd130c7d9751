"""Topics in memory, what is sent to them, and what must have come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant, days
from streams.core.vocabulary import EventType
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.findings import decode_finding
from streams.wire.progress import PROGRESS_KEY, Progress, decode_progress
from tests.invariants.guarantee import require
from tests.invariants.settings import JUDGED, NAMES, SETTINGS
from tests.kafka.outputs import net_of
from tests.kafka.stories import START, expected
from tests.model.broker import Broker

LOST = r"[1-9]\d* (findings|facts) lost"
FALSE = r"[1-9]\d* findings false"
"""How `Broken` words it."""

ARRIVAL = Instant(START + days(1))
"""When every record arrives, unless the test says otherwise."""

OUTPUTS = (
    NAMES.changelog,
    NAMES.violations,
    NAMES.duties,
    NAMES.dead_letters,
    NAMES.quarantine,
)


def new_broker(partitions: int = 1) -> Broker:
    """All topics, empty."""
    return Broker(dict.fromkeys((*JUDGED, *OUTPUTS), partitions), now=lambda: ARRIVAL)


def send(broker: Broker, *events: Event, at: Instant = ARRIVAL) -> None:
    """Write events as producers do."""
    for at_turn, event in enumerate(events):
        written = event_to_avro if at_turn % 2 else event_to_json
        topic = NAMES.inputs[EventType(str(event.__struct_config__.tag))]
        key = subject_key(event.controller_id, event.subject_id)
        number = partition_for(key, len(broker.partitions(topic)))
        broker.append(topic, number, key=key, value=written(event), timestamp=at)


def numbers(broker: Broker) -> list[int]:
    """The partition numbers."""
    return sorted(broker.partitions(NAMES.changelog))


def progress(broker: Broker, number: int = 0) -> Progress | None:
    """The progress row of a partition number."""
    rows = [r for r in broker.visible(NAMES.changelog, number) if r.key == PROGRESS_KEY]
    return decode_progress(rows[-1].value or b"") if rows else None


def net(broker: Broker) -> set[tuple[str, str, str]]:
    """The findings that stand; Broken when a revision can be seen twice."""
    found = [
        decode_finding(record.value)
        for number in numbers(broker)
        for record in broker.visible(NAMES.violations, number)
        if record.value is not None
    ]
    seen = {(one.violation_id, one.revision) for one in found}
    require(len(seen) == len(found), f"{len(found) - len(seen)} findings are visible twice")
    return net_of(found)


def stands(broker: Broker, events: Iterable[Event], clock: Instant = START) -> None:
    """Check that the findings that stand are what the core says. Raises Broken.

    Deadlines count up to the clock.
    """
    found, wanted = net(broker), expected(events, clock)
    missing, extra = len(wanted - found), len(found - wanted)
    require(not missing and not extra, f"{missing} findings lost, {extra} findings false")


def waiting(broker: Broker) -> int:
    """Records that are not committed."""
    group = SETTINGS.group_id
    return sum(
        broker.logs[topic, number].stable_end - broker.committed(group, number).get(topic, 0)
        for number in numbers(broker)
        for topic in JUDGED
    )


def converged(broker: Broker, events: Sequence[Event], clock: Instant = START) -> None:
    """Check that every record was judged once, and that all stands as the core says.

    Raises Broken.
    """
    require(not waiting(broker), f"{waiting(broker)} records wait")
    rows = [row for number in numbers(broker) if (row := progress(broker, number)) is not None]
    read = sum(count.read for row in rows for count in row.counters.values())
    sent = sum(len(broker.visible(topic, number)) for topic in JUDGED for number in numbers(broker))
    require(read <= sent, f"{read - sent} records were judged twice")
    require(read == sent, f"{sent - read} records were passed over")
    stands(broker, events, clock)
    kept = {
        record.key
        for number in numbers(broker)
        for record in broker.visible(NAMES.changelog, number)
        if record.key != PROGRESS_KEY
    }
    require(len(kept) == len(events), f"{len(events) - len(kept)} facts lost")
    for row in rows:
        require(all(c.balanced for c in row.counters.values()), "counters do not balance")


def tick(broker: Broker, *times: Instant) -> None:
    for at in times:
        broker.append(NAMES.ticks, 0, key=None, value=b"tick", timestamp=at)
