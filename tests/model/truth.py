"""What must be true of a world, read off its topics alone.

`check` holds at any moment, `converged` when all that was sent has been judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from streams.core.event_kinds import event_key
from streams.core.events import Event
from streams.core.identifiers import EventKey, SubjectKey, subject_key
from streams.core.instants import Instant, format_instant
from streams.core.quality import quality_finding
from streams.core.render import event_type
from streams.core.vocabulary import Code, Status
from streams.wire.arrival import partition_for
from streams.wire.encode import event_record
from streams.wire.progress import Progress
from streams.wire.rows import decode_row, first_key, refusal_key, row_key
from tests.model.answers import all_erasures, check_answers, what_stays
from tests.model.batch import batch, in_short
from tests.model.committed import Net, Reader, net_of, origin_of
from tests.model.log import Record
from tests.model.traffic import (
    CRASHED,
    POLICIES,
    POLICY_SETTINGS,
    STOPPED,
    Sent,
)
from tests.model.world import World
from tests.oracle.evaluator import evaluate


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
    twice = {key for key, times in reader.aside.items() if times > 1}
    assert not twice - world.carried.resent, "set aside twice"
    assert not [at for at, times in reader.rekeyed.items() if times > 1], "re-keyed twice"
    for process in world.processes:
        assert not process.loop.failures, process.loop.failures
    if world.broker.tasks:
        return  # the broker is writing the markers of a transaction that has ended
    reader.close_gaps()
    for number in range(world.partitions):
        committed = world.broker.committed(world.settings.group_id, number)
        progress = reader.progress.get(number)
        positions = {} if progress is None else progress.positions
        assert committed == positions, "the offsets are not those of the state"
        if progress is not None and progress is not reader.accounted.get(number):
            reader.accounted[number] = progress
            assert reader.batches[number] <= progress.sequence, "published ahead of the state"
            _accounted(world, reader, number, progress)


def _accounted(world: World, reader: Reader, number: int, progress: Progress) -> None:
    """Every record below the committed offsets ended somewhere, and is counted once."""
    gone = {key: one.at for key, one in all_erasures(world, reader).items()}
    for topic in world.names.judged:
        counters = progress.counters.get(topic)
        records = list(_behind(world, reader, number, topic))
        assert (counters.read if counters else 0) == len(records), f"counted wrong: {topic}"
        assert counters is None or counters.balanced, f"does not add up: {topic}"
        if topic not in (world.names.ticks, world.names.commands):
            for sent in records:
                _ended(world, reader, number, sent, gone)
    check_answers(world, reader, number)


def _behind(world: World, reader: Reader, number: int, topic: str) -> Iterator[Sent]:
    """The records of a topic that the committed offset says are done, accepted gaps aside."""
    progress, first = reader.progress[number], reader.first[number]
    gaps = [gap for gap in progress.gaps if gap.topic == topic]
    sent: Iterable[Sent]
    if topic in world.inputs:
        sent = world.sent[topic, number]
    else:
        sent = [Sent(record, None) for record in world.broker.visible(topic, number)]
        if topic == world.names.rekeyed:
            sent = [original(world, one.record) for one in sent]
    for one in sent:
        offset = one.record.offset
        if first.get(topic, 0) <= offset < progress.positions[topic] and not any(
            gap.start <= offset < gap.end for gap in gaps
        ):
            yield one


def original(world: World, record: Record) -> Sent:
    """A re-keyed record with the event of the record that it came from."""
    topic, number, offset = origin_of(record)
    [first] = [s for s in world.sent[topic, number] if s.record.offset == offset]
    return Sent(record, first.event, first.bad)


def _ended(
    world: World, reader: Reader, number: int, sent: Sent, gone: dict[SubjectKey, Instant]
) -> None:
    """It is a fact, or of before its person was erased, or was set aside or sent home."""
    record, event = sent.record, sent.event
    if event is None:
        assert f"{record.topic}/{number}/{record.offset}".encode() in reader.aside, "not kept"
        return
    key = subject_key(event.controller_id, event.subject_id)
    home = _is_home(world, number, sent)
    expired = key in gone and event.occurred_at <= gone[key]
    if home and sent.bad:
        place = origin_of(record) if record.topic == world.names.rekeyed else _place(record)
        assert "/".join(map(str, place)).encode() in reader.aside, "not kept"
        kept = expired or refusal_key(key, event_key(event)) in reader.rows
        assert kept, "refused without a row"
    elif home:
        assert expired or _is_stored(reader, key, sent), "passed over"
    else:
        there = world.broker.logs[world.names.rekeyed, partition_for(key, world.partitions)]
        # Behind another producer's open transaction nobody can read it yet.
        hidden = there.stable_end < there.end
        assert hidden or reader.rekeyed[record.topic, number, record.offset], "not sent home"


def _is_stored(reader: Reader, key: SubjectKey, sent: Sent) -> bool:
    """Whether there is or was a row of a payload: under its hash, or as the first of its id."""
    event = sent.event
    assert event is not None
    if row_key(key, event.event_id, sent.hash) in reader.rows:
        return True
    row = reader.last_row(first_key(key, event_key(event)))
    return row is not None and decode_row(row).fact.hash == sent.hash


def converged(world: World, reader: Reader) -> None:
    """The net outputs are those of a batch over all that was judged, twice over."""
    for number in range(world.partitions):
        progress = reader.progress[number]
        for topic in world.names.judged:
            log = world.broker.logs[topic, number]
            assert progress.positions[topic] == log.stable_end, "not finished"
        assert not progress.sweeping, "some were not judged again"
        assert progress.basis == world.basis.stored, "not judged by the policy in force"
    findings: Net = {}
    duties: Net = {}
    facts = _facts(world, reader)
    for key, theirs in facts.items():
        clock = reader.progress[partition_for(key, world.partitions)].partition_time
        some, more = batch(theirs, clock, POLICIES[world.policy])
        findings |= some
        duties |= more
    refused = _refused(world, reader, facts)
    found = findings | refused
    assert reader.net() == (found, duties), "the net outputs are not those of a batch"
    written = [one for own in reader.foreign.values() for one in own]
    standing = [one for one in written if one.status is not Status.RETRACTED]
    assert all(
        one.violation_id in reader.findings
        and reader.findings[one.violation_id].revision > one.revision
        for one in standing
    ), "what nobody says stands"
    assert not reader.unnumbered & refused.keys(), "a finding that a row keeps has another"
    for number in range(world.partitions):
        homes = [key for key in facts if partition_for(key, world.partitions) == number]
        clock = reader.progress[number].partition_time
        as_json = [event_record(one.event) for key in homes for one in facts[key] if one.event]
        second = evaluate(
            as_json, POLICY_SETTINGS[world.policy], None if clock is None else format_instant(clock)
        )
        people = {tuple(key.decode().split("\x1f")) for key in homes}
        assert second == in_short(findings, duties, people), "the second reading differs"


def _facts(world: World, reader: Reader) -> dict[SubjectKey, list[Sent]]:
    """The well-formed records that were judged, by subject; of erased ones that they were."""
    found: dict[SubjectKey, list[Sent]] = defaultdict(list)
    gone = all_erasures(world, reader)
    for key, one in gone.items():
        found[key].append(what_stays(key, one))
    for sent in judged(world, reader):
        if sent.event is not None and not sent.bad:
            event = sent.event
            key = subject_key(event.controller_id, event.subject_id)
            if key not in gone or event.occurred_at > gone[key].at:
                found[key].append(sent)
    return found


def judged(world: World, reader: Reader, *, at_home: bool = False) -> Iterator[Sent]:
    """The records that were judged, those of installations before first.

    Once all is judged, what was sent home has been judged there too; `at_home` leaves out what
    only was sent.
    """
    yield from world.carried.sent if at_home else (*world.carried.waiting, *world.carried.sent)
    for number in sorted(reader.progress):
        for topic in (world.names.rekeyed, *world.inputs):
            for sent in _behind(world, reader, number, topic):
                if not at_home or _is_home(world, number, sent):
                    yield sent


def _is_home(world: World, number: int, sent: Sent) -> bool:
    if sent.event is None:
        return False
    key = subject_key(sent.event.controller_id, sent.event.subject_id)
    return sent.record.key == key and partition_for(key, world.partitions) == number


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _refused(world: World, reader: Reader, facts: dict[SubjectKey, list[Sent]]) -> Net:
    """What the set of refused ids and the set of events give together."""
    first: dict[tuple[SubjectKey, EventKey], Event] = {}
    gone = all_erasures(world, reader)
    for sent in judged(world, reader):
        if sent.event is not None and sent.bad:
            event = sent.event
            who = subject_key(event.controller_id, event.subject_id)
            if who in gone and event.occurred_at <= gone[who].at:
                continue
            key = who, event_key(event)
            one = first.setdefault(key, event)
            first[key] = min(one, event, key=lambda two: two.occurred_at)
    read = {(key, event_key(s.event)) for key, own in facts.items() for s in own if s.event}
    findings = [
        quality_finding(
            Code.UNPROCESSABLE_EVENT,
            controller_id=event.controller_id,
            subject_id=event.subject_id,
            event_id=event.event_id,
            event_type=event_type(event),
            occurred_at=event.occurred_at,
            detected_at=event.occurred_at,
            policy=POLICIES[world.policy],
            status=Status.REMEDIATED if key in read else Status.OPEN,
        )
        for key, event in first.items()
    ]
    return net_of(findings, [])[0]
