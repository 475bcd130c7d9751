"""What must be true of a world, read off its topics alone.

`check` holds at any moment, `converged` when all that was sent has been judged.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.identifiers import PayloadHash, SubjectKey, subject_key
from streams.core.instants import Instant, format_instant
from streams.core.judge import judge, judge_deadlines
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.arrival import partition_for
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY, Progress, decode_progress
from streams.wire.rows import row_key
from tests.model.broker import Record
from tests.model.world import (
    CRASHED,
    GROUP,
    INPUTS,
    NAMES,
    PARTITIONS,
    POLICY,
    READ,
    STOPPED,
    Sent,
    World,
)
from tests.oracle.evaluator import evaluate

ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected"}
"""Fields that show how a finding came about; the promise sets them aside."""

Net = dict[str, dict[str, Any]]


class Reader:
    """A reader of the outputs: `read_committed`, from the beginning, and it forgets nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._positions: dict[tuple[str, int], int] = {}
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self.published: Counter[tuple[str, str, int]] = Counter()
        self.batches = dict.fromkeys(range(PARTITIONS), 0)
        self.rows: set[bytes] = set()
        self.aside: Counter[bytes] = Counter()
        self.rekeyed: Counter[tuple[str, int, int]] = Counter()
        self.progress: dict[int, Progress] = {}
        self.first: dict[int, Mapping[str, int]] = {}
        self.seen = -1
        self.accounted: dict[int, Progress] = {}

    def read(self) -> None:
        """Read what has come to stand there since the last time."""
        for number in range(PARTITIONS):
            for record in self._new(NAMES.changelog, number):
                if record.key == PROGRESS_KEY:
                    self.progress[number] = decode_progress(record.value or b"")
                    self.first.setdefault(number, self.progress[number].positions)
                else:
                    self.rows.add(record.key or b"")
            for record in self._new(NAMES.violations, number):
                if BATCH_HEADER in dict(record.headers):
                    self._take(number, record, decode_finding(record.value or b""))
            for record in self._new(NAMES.duties, number):
                self._take(number, record, decode_duty(record.value or b""))
            for topic in (NAMES.dead_letters, NAMES.quarantine):
                self.aside.update(record.key or b"" for record in self._new(topic, number))
            for record in self._new(NAMES.rekeyed, number):
                self.rekeyed[_origin(record)] += 1

    def _take(self, number: int, record: Record, one: Finding | Duty) -> None:
        """Revisions come one after the other, none twice."""
        known: Finding | Duty | None
        if isinstance(one, Finding):
            known, name = self.findings.get(one.violation_id), one.violation_id
            self.findings[name] = one
        else:
            known, name = self.duties.get(one.duty_id), one.duty_id
            self.duties[name] = one
        last = 0 if known is None else known.revision
        assert one.revision == last + 1, f"visible: revision {one.revision} after {last}"
        batch = int(dict(record.headers)[BATCH_HEADER] or b"0")
        self.batches[number] = max(self.batches[number], batch)

    def _new(self, topic: str, number: int) -> list[Record]:
        log = self._world.broker.logs[topic, number]
        position = self._positions.get((topic, number), 0)
        found, self._positions[topic, number] = log.read(position, log.end, committed=True)
        return found

    def net(self) -> tuple[Net, Net]:
        """Open findings and raised duties without what shows their arrival."""
        return _net(self.findings.values(), self.duties.values())


def check(world: World, reader: Reader) -> None:
    """What holds at any moment."""
    for name, code in world.ended:
        # To ask for an operator needs a reason; any other code was not meant at all.
        allowed = (CRASHED, STOPPED) if world.lost_input else (CRASHED,)
        assert code in allowed, f"{name} ended with code {code}"
    if reader.seen == world.broker.changes:
        return
    reader.seen = world.broker.changes
    reader.read()
    assert not [key for key, times in reader.aside.items() if times > 1], "set aside twice"
    assert not [at for at, times in reader.rekeyed.items() if times > 1], "re-keyed twice"
    for process in world.processes:
        assert not process.loop.failures, process.loop.failures
    if world.broker.tasks:
        return  # the broker is writing the markers of a transaction that has ended
    for number in range(PARTITIONS):
        committed = world.broker.committed(GROUP, number)
        progress = reader.progress.get(number)
        positions = {} if progress is None else progress.positions
        assert committed == positions, "the offsets are not those of the state"
        if progress is not None and progress is not reader.accounted.get(number):
            reader.accounted[number] = progress
            assert reader.batches[number] <= progress.sequence, "published ahead of the state"
            _accounted(world, reader, number, progress)


def _accounted(world: World, reader: Reader, number: int, progress: Progress) -> None:
    """Every record below the committed offsets ended somewhere, and is counted once."""
    for topic in READ:
        counters = progress.counters.get(topic)
        records = list(_behind(world, reader, number, topic))
        assert (counters.read if counters else 0) == len(records), f"counted wrong: {topic}"
        assert counters is None or counters.balanced, f"does not add up: {topic}"
        if topic != NAMES.ticks:
            for sent in records:
                _ended(reader, number, sent)


def _behind(world: World, reader: Reader, number: int, topic: str) -> Iterator[Sent]:
    """The records of a topic that the committed offset says are done, accepted gaps aside."""
    progress, first = reader.progress[number], reader.first[number]
    gaps = [gap for gap in progress.gaps if gap.topic == topic]
    sent: Iterable[Sent]
    if topic in INPUTS:
        sent = world.sent[topic, number]
    else:
        sent = [Sent(record, None) for record in world.broker.visible(topic, number)]
        if topic == NAMES.rekeyed:
            sent = [_original(world, one.record) for one in sent]
    for one in sent:
        offset = one.record.offset
        if first.get(topic, 0) <= offset < progress.positions[topic] and not any(
            gap.start <= offset < gap.end for gap in gaps
        ):
            yield one


def _original(world: World, record: Record) -> Sent:
    """A re-keyed record with the event of the record that it came from."""
    topic, number, offset = _origin(record)
    [event] = [s.event for s in world.sent[topic, number] if s.record.offset == offset]
    return Sent(record, event)


def _origin(record: Record) -> tuple[str, int, int]:
    headers = {name: value or b"" for name, value in record.headers}
    topic = headers["consentry-topic"].decode()
    return topic, int(headers["consentry-partition"]), int(headers["consentry-offset"])


def _ended(reader: Reader, number: int, sent: Sent) -> None:
    """It is a fact, or was set aside, or was sent home."""
    record, event = sent.record, sent.event
    if event is None:
        assert f"{record.topic}/{number}/{record.offset}".encode() in reader.aside, "not kept"
        return
    key = subject_key(event.controller_id, event.subject_id)
    if record.key == key and partition_for(key, PARTITIONS) == number:
        assert row_key(key, event.event_id, _hash(sent)) in reader.rows, "passed over"
    else:
        assert reader.rekeyed[record.topic, number, record.offset], "not sent home"


def converged(world: World, reader: Reader) -> None:
    """The net outputs are those of a batch over all that was judged, twice over."""
    for number in range(PARTITIONS):
        progress = reader.progress[number]
        for topic in READ:
            log = world.broker.logs[topic, number]
            assert progress.positions[topic] == log.stable_end, "not finished"
    findings: Net = {}
    duties: Net = {}
    facts = _facts(world, reader)
    for key, theirs in facts.items():
        clock = reader.progress[partition_for(key, PARTITIONS)].partition_time
        some, more = _batch(theirs, clock)
        findings |= some
        duties |= more
    assert reader.net() == (findings, duties), "the net outputs are not those of a batch"
    for number in range(PARTITIONS):
        homes = [key for key in facts if partition_for(key, PARTITIONS) == number]
        clock = reader.progress[number].partition_time
        as_json = [json.loads(one.record.value or b"") for key in homes for one in facts[key]]
        second = evaluate(as_json, {}, None if clock is None else format_instant(clock))
        people = {tuple(key.decode().split("\x1f")) for key in homes}
        assert second == _in_short(findings, duties, people), "the second reading differs"


def _facts(world: World, reader: Reader) -> dict[SubjectKey, list[Sent]]:
    """The well-formed records that were judged, by subject."""
    found: dict[SubjectKey, list[Sent]] = defaultdict(list)
    for number in range(PARTITIONS):
        for topic in INPUTS:
            for sent in _behind(world, reader, number, topic):
                if sent.event is not None:
                    event = sent.event
                    found[subject_key(event.controller_id, event.subject_id)].append(sent)
    return found


def _batch(sent: list[Sent], clock: Instant | None) -> tuple[Net, Net]:
    """One evaluation of a subject's facts in legal order."""
    facts = {(fact.event.event_id, fact.payload_hash): fact for fact in map(_fact, sent)}
    ordered = sorted(
        facts.values(), key=lambda f: (f.event.occurred_at, f.event.event_id, f.payload_hash)
    )
    subject = Subject(ordered[0].event.controller_id, ordered[0].event.subject_id)
    decisions = [judge(subject, fact, POLICY, None) for fact in ordered]
    if clock is not None:
        decisions.append(judge_deadlines(subject, clock, POLICY))
    findings = {one.violation_id: one for decision in decisions for one in decision.findings}
    duties = {one.duty_id: one for decision in decisions for one in decision.duties}
    return _net(findings.values(), duties.values())


def _net(findings: Iterable[Finding], duties: Iterable[Duty]) -> tuple[Net, Net]:
    found: Net = {
        one.violation_id: _without(one, ARRIVAL) | {"mended": one.status is Status.REMEDIATED}
        for one in findings
        if one.status is not Status.RETRACTED
    }
    raised: Net = {
        one.duty_id: _without(one, {"detected_at", "revision"})
        for one in duties
        if one.status is not DutyStatus.RETRACTED
    }
    return found, raised


def _in_short(findings: Net, duties: Net, people: set[Any]) -> tuple[list[Any], list[Any]]:
    """In the form in which the second reading gives its results."""
    short = [
        (f["event_id"], f["code"], f["recipient_id"] if "NOTIFIED" in f["code"] else None)
        for f in findings.values()
        if (f["controller_id"], f["subject_id"]) in people
    ]
    raised = [
        (d["trigger_event_id"], d["recipient_id"])
        for d in duties.values()
        if (d["controller_id"], d["subject_id"]) in people
    ]
    return sorted(set(short), key=str), sorted(set(raised))


def _fact(sent: Sent) -> Fact:
    assert sent.event is not None
    record = sent.record
    return Fact(
        event=sent.event,
        payload_hash=_hash(sent),
        ingested_at=Instant(record.timestamp),
        source=FactSource(record.topic, record.partition, record.offset),
    )


def _hash(sent: Sent) -> PayloadHash:
    assert sent.event is not None
    return PayloadHash(payload_hash(event_record(sent.event), plain=True))


def _without(value: Any, fields: set[str]) -> dict[str, Any]:
    return {k: v for k, v in msgspec.structs.asdict(value).items() if k not in fields}
