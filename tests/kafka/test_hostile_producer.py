"""A producer sends whatever it can over librdkafka, between good records and `kill -9`s.

No record restarts a worker: good ones are judged, bad ones are dead letters with a reason,
the accounting balances, and `verify` finds what was published equal to the facts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import confluent_kafka
import pytest

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant, hours
from streams.core.vocabulary import EventType
from streams.safe_text import safe
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
from tests.kafka.hostile_texts import hostile_texts, untimed
from tests.kafka.stories import START, expected, grant, share, stories, withdrawal
from tests.kafka.test_clock import SENDERS_TIME, stamped_by
from tests.kafka.test_skip import verified
from tests.kafka.test_worker import now

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
LARGE = 100_000
SET_ASIDE = (DEAD, QUARANTINED)
DeadLetterOf = Mapping[str, Sequence[StoredDeadLetter]]
"""The dead letters of each way to end."""

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


def transaction(bus: Bus, name: str, records: Sequence[Raw]) -> confluent_kafka.Producer:
    """A transaction that holds these records and stays open; what comes after them waits."""
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": bus.settings.connection.bootstrap,
            "transactional.id": f"{bus.settings.application_id}-{name}",
            "transaction.timeout.ms": 600_000,
            "compression.codec": "lz4",
            "partitioner": "murmur2_random",
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for one in records:
        producer.produce(one.topic, key=one.key, value=one.value)
    producer.flush(30)
    return producer


def abort(bus: Bus, records: Sequence[Raw]) -> None:
    """Records that were never meant: their offsets are there, and they are not."""
    transaction(bus, "aborted", records).abort_transaction(30)


def keep_senders_time(bus: Bus, topic: str) -> None:
    """As a topic is that somebody else set up; retention would delete what is of 1970."""
    stamped_by(bus, topic, SENDERS_TIME | {"retention.ms": "-1"})


def batches(bad: Sequence[tuple[str, Hostile]], count: int) -> Iterator[list[tuple[str, Hostile]]]:
    """Large records and those with a time of their own alone, the others some at a time."""
    waiting: list[tuple[str, Hostile]] = []
    for one in bad:
        record = one[1].record
        size = len(record.key or b"") + len(record.value or b"")
        if size > LARGE or record.headers or record.timestamp is not None:
            yield [one]
            continue
        waiting.append(one)
        if len(waiting) == count:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def peak_memory(worker: WorkerProcess) -> int:
    """The most that a process has held so far, in bytes."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def letter_of(letters: Sequence[StoredDeadLetter], value: bytes) -> StoredDeadLetter:
    digest = hashlib.sha256(value).hexdigest()
    return next(one for one in letters if any(cut.sha256 == digest for cut in one.original.cuts))


@pytest.mark.timeout(400)  # it takes a minute and a half at most where nothing else runs
def test_no_record_stops_a_worker(bus: Bus) -> None:
    often = busy()
    keep_senders_time(bus, bus.names.consent_change)
    events = [*stories(30), *often]
    good = [raw(bus, event) for event in events[: -len(often)]]
    held = [share(f"subject-held-{at}", f"held-{at}", START) for at in range(3)]
    bad: list[tuple[str, Hostile]] = [
        (codec, one) for one in (*hostile(bus.names), *untimed(bus.names)) for codec in one.codecs
    ] + [(CODECS[place % len(CODECS)], one) for place, one in enumerate(hostile_texts(bus.names))]
    within = [one for _, one in bad if one.name.startswith("an envelope")][:4]
    peaks: list[int] = []
    late: list[confluent_kafka.Producer] = []
    with producers(bus) as send:
        parts = 4
        send["lz4"].send(*(raw(bus, event) for event in often))
        for part in range(parts):
            with bus.worker() as worker:
                if part == 1:
                    inside = [*(raw(bus, one) for one in held), *(one.record for one in within)]
                    late.append(transaction(bus, "late", inside))
                for place, some in enumerate(batches(bad[part::parts], 8)):
                    send[CODECS[place % len(CODECS)]].send(*good[part::parts][place : place + 1])
                    for codec, one in some:
                        send[codec].begin(one.record)
                    for codec in {codec for codec, _ in some}:
                        send[codec].flush()
                abort(bus, [one.record for _, one in bad[:3]])
                if part % 2:
                    bus.settle(worker, 90)
                assert worker.process.poll() is None, worker.text
                peaks.append(peak_memory(worker))
                worker.kill()
            if part == 2:
                late[0].commit_transaction(30)
        send["zstd"].send(*good)
    with bus.worker() as last:
        bus.settle(last, 90)
        assert verified(bus)
        peaks.append(peak_memory(last))
        assert last.stop()[0] == 0
    assert max(peaks) < MEMORY_BOUND
    bad += [("lz4", one) for one in within]
    judged(bus, [*events, *held, *(one.event for _, one in bad if one.event is not None)])
    by_topic = {ends: bus.dead_letters(quarantine=ends == QUARANTINED) for ends in SET_ASIDE}
    accounted(bus, bad, by_topic)
    explained(bad, by_topic)
    kept(by_topic[DEAD])


def judged(bus: Bus, events: Sequence[Event]) -> None:
    """What the good ones give is published, and nothing else but that others cannot be judged."""
    quality = {"UNPROCESSABLE_EVENT", "RAW_PERSONAL_DATA_IN_EVENT", "FUTURE_TIMESTAMP"}
    net = bus.net()
    assert {one for one in net if one[1] not in quality} == expected(events, now())


def accounted(bus: Bus, bad: Sequence[tuple[str, Hostile]], by_topic: DeadLetterOf) -> None:
    counters = bus.counters()
    assert counters.balanced
    assert counters.replays == 0
    ends = Counter(one.ends for _, one in bad)
    forged = sum(one.record.topic == bus.names.rekeyed for _, one in bad)
    assert counters.rekeyed == bus.counters(bus.names.rekeyed).read - forged >= ends[REKEYED]
    assert counters.dead_lettered == ends[DEAD] + ends[QUARANTINED]
    assert {kind: len(letters) for kind, letters in by_topic.items()} == {
        kind: ends[kind] for kind in SET_ASIDE
    }
    assert ends[JUDGED]


def explained(bad: Sequence[tuple[str, Hostile]], by_topic: DeadLetterOf) -> None:
    """Each dead letter says what is wrong with its record, and does not show it to a terminal."""
    waiting = Counter((one.ends, one.record.value) for _, one in bad if one.ends in SET_ASIDE)
    words = {(one.ends, one.record.value): one.words for _, one in bad}
    by_digest = {
        hashlib.sha256(value).hexdigest(): value for _, value in waiting if value is not None
    }
    for ends, letters in by_topic.items():
        for stored in letters:
            original = stored.original.value
            cut = next((one for one in stored.original.cuts if one.part == "value"), None)
            whole = original if cut is None else by_digest[cut.sha256 or ""]
            waiting[ends, whole] -= 1
            reason = stored.letter.reason
            assert words[ends, whole], whole
            assert words[ends, whole] in reason
            assert safe(reason) == reason
    assert not +waiting
    assert not -waiting


def kept(letters: Sequence[StoredDeadLetter]) -> None:
    """What was cut is named with its length and hash; names of headers byte by byte."""
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
