"""A producer sends whatever it can over librdkafka, between good records and `kill -9`s.

No record restarts a worker: good ones are judged, bad ones are dead letters with a reason,
the accounting balances, and `verify` finds what was told equal to the facts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import confluent_kafka

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant, hours
from streams.core.vocabulary import EventType
from streams.wire.dead_letters import StoredDeadLetter
from streams.wire.encode import event_to_json
from tests.clients.librdkafka import Raw, RawProducer, raw_producer
from tests.kafka.harness import Bus, WorkerProcess
from tests.kafka.hostile import (
    BOMB,
    DEAD,
    JUDGED,
    MEGABYTES_5,
    ODD,
    QUARANTINED,
    REKEYED,
    Hostile,
    hostile,
)
from tests.kafka.stories import START, expected, grant, share, stories, withdrawal
from tests.kafka.test_skip import verified
from tests.kafka.test_worker import now

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
MEMORY_BOUND = 512 * 1024 * 1024
"""What the worker may hold by its settings; it takes far less here."""


@contextmanager
def producers(bus: Bus) -> Iterator[dict[str, RawProducer]]:
    with ExitStack() as stack:
        address = bus.settings.connection.bootstrap
        yield {one: stack.enter_context(raw_producer(address, one)) for one in CODECS}


def busy() -> list[Event]:
    """A person who gives and takes back consent all day, and one who was shared very often."""
    toggles: list[Event] = []
    for turn in range(40):
        at = Instant(START + minutes(2 * turn))
        change = grant if turn % 2 else withdrawal
        toggles += [change("subject-toggles", f"t-{turn}", at)]
        toggles += [share("subject-toggles", f"ts-{turn}", Instant(at + minutes(1)))]
    shares: list[Event] = [
        share("subject-shared", f"m-{turn}", Instant(START + turn)) for turn in range(1_500)
    ]
    return [*toggles, *shares, withdrawal("subject-shared", "m-end", Instant(START + hours(1)))]


def minutes(count: int) -> int:
    """In milliseconds."""
    return count * 60_000


def raw(bus: Bus, event: Event) -> Raw:
    topic = bus.names.inputs[EventType(str(event.__struct_config__.tag))]
    return Raw(topic, subject_key(event.controller_id, event.subject_id), event_to_json(event))


def abort(bus: Bus, records: Sequence[Raw]) -> None:
    """Records that were never meant: their offsets are there, and they are not."""
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": bus.settings.connection.bootstrap,
            "transactional.id": f"{bus.settings.application_id}-hostile",
            "compression.codec": "lz4",
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for one in records:
        producer.produce(one.topic, key=one.key, value=one.value)
    producer.flush(30)
    producer.abort_transaction(30)


def peak_memory(worker: WorkerProcess) -> int:
    """The most that a process has held so far, in bytes."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def letter_of(letters: Sequence[StoredDeadLetter], value: bytes) -> StoredDeadLetter:
    digest = hashlib.sha256(value).hexdigest()
    return next(one for one in letters if any(cut.sha256 == digest for cut in one.original.cuts))


def test_no_record_stops_a_worker(bus: Bus) -> None:
    often = busy()
    events = [*stories(30), *often]
    good = [raw(bus, event) for event in events[: -len(often)]]
    bad: list[tuple[str, Hostile]] = [
        (codec, one) for one in hostile(bus.names) for codec in one.codecs
    ]
    peaks: list[int] = []
    with producers(bus) as send:
        parts = 4
        send["lz4"].send(*(raw(bus, event) for event in often))
        for part in range(parts):
            with bus.worker() as worker:
                for place, (codec, one) in enumerate(bad[part::parts]):
                    send[CODECS[place % len(CODECS)]].send(*good[part::parts][place : place + 1])
                    send[codec].send(one.record)
                abort(bus, [one.record for _, one in bad[:3]])
                if part % 2:
                    bus.settle(worker, 90)
                assert worker.process.poll() is None, worker.text
                peaks.append(peak_memory(worker))
                worker.kill()
        send["zstd"].send(*good)
    with bus.worker() as last:
        bus.settle(last, 90)
        assert verified(bus)
        peaks.append(peak_memory(last))
        assert last.stop()[0] == 0
    assert max(peaks) < MEMORY_BOUND
    judged(bus, [*events, *(one.event for _, one in bad if one.event is not None)])
    accounted(bus, bad)
    kept(bus)


def judged(bus: Bus, events: Sequence[Event]) -> None:
    """What the good ones give is told, and nothing else but that others cannot be judged."""
    quality = {"UNPROCESSABLE_EVENT", "RAW_PERSONAL_DATA_IN_EVENT", "FUTURE_TIMESTAMP"}
    net = bus.net()
    assert {one for one in net if one[1] not in quality} == expected(events, now())


def accounted(bus: Bus, bad: Sequence[tuple[str, Hostile]]) -> None:
    counters = bus.counters()
    assert counters.balanced
    assert counters.replays == 0
    ends = Counter(one.ends for _, one in bad)
    assert counters.rekeyed == ends[REKEYED]
    assert counters.dead_lettered == ends[DEAD] + ends[QUARANTINED]
    assert len(bus.dead_letters()) == ends[DEAD]
    assert len(bus.dead_letters(quarantine=True)) == ends[QUARANTINED]
    assert ends[JUDGED]
    for letter in bus.dead_letters():
        assert letter.letter.reason


def kept(bus: Bus) -> None:
    """What was cut is named with its length and hash; names of headers byte by byte."""
    letters = bus.dead_letters()
    for value in (b'{"a": "' + b"x" * MEGABYTES_5 + b'"}', b"{" + b" " * BOMB):
        letter = letter_of(letters, value)
        [cut] = [one for one in letter.original.cuts if one.part == "value"]
        assert (cut.length, cut.cut_at) == (len(value), len(letter.original.value or b""))
        assert value.startswith(letter.original.value or b"-")
    names = [name for one in letters for name, _ in one.original.headers]
    assert ODD.decode("utf-8", "surrogateescape") in names
    [much] = {
        (one.headers, one.length)
        for letter in letters
        for one in letter.original.cuts
        if one.part == "headers"
    }
    assert much == (2, MEGABYTES_5 + len(b"first1much"))
