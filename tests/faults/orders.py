"""Commands that were sent in a run: that each was done, once, and what that leaves."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import msgspec
from kafka import KafkaProducer

from streams.core.erase import erasure
from streams.core.identifiers import EventId, SubjectKey, parse_subject_key
from streams.core.instants import Instant, format_instant
from streams.core.quality import ABOUT_RECORDS
from streams.core.state import Fact, FactSource
from streams.dev.samples import Truth
from streams.settings.names import TopicNames
from streams.wire.canonical import payload_hash
from streams.wire.commands import (
    FORMAT,
    Command,
    CommandResult,
    ConcernedPerson,
    HeldOutput,
    decode_command,
    decode_result,
    encode_command,
)
from streams.wire.decode import Rejected, decode
from streams.wire.encode import event_record
from tests.faults.checks import Kind, Problem, problems
from tests.faults.stream import Stream
from tests.kafka.outputs import Outputs

ACKNOWLEDGED_S = 10
RESTRICT: Final = "restrict"
UNRESTRICT: Final = "unrestrict"
RETRACT: Final = "retract"


class Order(NamedTuple):
    """A command that the broker acknowledged; `key` is whom it concerns, None for all."""

    command_id: str
    kind: str
    number: int
    key: SubjectKey | None


def send(
    brokers: str,
    topic: str,
    kind: str,
    number: int,
    key: SubjectKey | None,
    standing: tuple[HeldOutput, ...] = (),
) -> Order:
    """Send a command to one partition. Raises KafkaError; then it may stand there or not."""
    identity = None if key is None else parse_subject_key(key)
    person = None if identity is None else ConcernedPerson(
        controller_id=identity[0], subject_id=identity[1]
    )  # fmt: skip
    command = Command(
        format=FORMAT,
        kind=kind,
        person=person,
        who="the campaign",
        why="to see what stands",
        at=format_instant(Instant(int(time.time() * 1000))),
        standing=standing,
    )
    command_id = str(uuid4())
    producer = KafkaProducer(bootstrap_servers=brokers, acks="all", retries=0)
    try:
        sent = producer.send(topic, encode_command(command), command_id.encode(), partition=number)
        sent.get(ACKNOWLEDGED_S)
    finally:
        producer.close(timeout=1)
    return Order(command_id, kind, number, key)


def may_be_erased(stream: Stream, names: TopicNames) -> list[SubjectKey]:
    """Persons of a stream of whom every record becomes a fact.

    Which refused record came before an erasure would depend on the moment; nor does an erasure by
    itself end what is said of a record that was refused.
    """
    refused_of = {one.subject_id for one in stream.truth.findings if one.code in ABOUT_RECORDS}
    kinds = {topic: kind for kind, topic in names.inputs.items()}
    fine: set[SubjectKey] = set()
    bad: set[SubjectKey] = set()
    for record in stream.records:
        if record.key is not None and b"\x1f" in record.key:
            refused = isinstance(decode(record.value, kinds[record.topic]), Rejected)
            (bad if refused else fine).add(SubjectKey(record.key))
    return sorted(key for key in fine - bad if _subject(key) not in refused_of)


def _subject(key: SubjectKey) -> str:
    identity = parse_subject_key(key)
    return "" if identity is None else identity[1]


def answers(outputs: Outputs) -> dict[tuple[str, int], list[CommandResult]]:
    """What stands on the topic of results, by command and partition."""
    found: dict[tuple[str, int], list[CommandResult]] = defaultdict(list)
    for record in outputs.read(outputs.names.command_results):
        result = decode_result(record.value)
        found[result.command_id, record.partition].append(result)
    return found


def unanswered(outputs: Outputs, orders: Iterable[Order]) -> tuple[list[Problem], Counter[str]]:
    """Each command that stands on the topic was done once; and what was done, counted.

    Only a restriction may be refused: of whom nothing is stored nothing can be restricted.
    """
    results = answers(outputs)
    there: Counter[tuple[str, int]] = Counter()
    kinds: dict[tuple[str, int], str] = {}
    for record in outputs.read(outputs.names.commands):
        place = str(UUID((record.key or b"").decode())), record.partition
        there[place] += 1
        kinds[place] = decode_command(record.value).kind
    done: Counter[str] = Counter()
    for own in results.values():
        for one in own:
            if one.done:
                done[f"{one.kind} done"] += 1
            done.update({f"{one.kind}: {what}": count for what, count in one.counts.items()})
    lost = [o.command_id for o in orders if (o.command_id, o.number) not in there]
    wrong = [
        name
        for name, own in results.items()
        if not all(one.done for one in own) and kinds.get(name) != RESTRICT
    ]
    other = [
        f"{kinds.get(place)} {place[0]} on {place[1]}: {there[place]} times on the topic, "
        f"{len(results[place])} answers"
        for place in sorted(there.keys() | results)
        if there[place] != len(results[place])
    ]
    return problems(
        (Kind.LOST, "commands that the broker acknowledged and lost", lost),
        (Kind.WRONG, "commands that were refused", wrong),
        (Kind.TWICE, "commands without one answer each", other),
    ), done


def erasures(outputs: Outputs) -> dict[SubjectKey, Fact]:
    """Of each person who was erased the fact that stays: the command's that was read last."""
    found: dict[SubjectKey, Fact] = {}
    for record in outputs.read(outputs.names.commands):
        command: Any = msgspec.json.decode(record.value)
        if command["kind"] != "erase":
            continue
        person = command["person"]
        at = Instant(record.timestamp)
        name = EventId(f"erasure-{record.key.decode()}")
        event = erasure(person["controller_id"], person["subject_id"], name, at)
        found[SubjectKey(f"{event.controller_id}\x1f{event.subject_id}".encode())] = Fact(
            event=event,
            payload_hash=payload_hash(event_record(event), plain=True),
            ingested_at=at,
            source=FactSource(record.topic, record.partition, record.offset),
        )
    return found


def after(
    facts: Mapping[SubjectKey, list[Fact]], erased: Mapping[SubjectKey, Fact]
) -> dict[SubjectKey, list[Fact]]:
    """The facts that count: of before an erasure none."""
    kept = dict(facts)
    for key, one in erased.items():
        at = one.event.occurred_at
        kept[key] = [*(f for f in facts.get(key, ()) if f.event.occurred_at > at), one]
    return kept


def without(truth: Truth, erased: Iterable[SubjectKey]) -> Truth:
    """The truth of a sample of which persons were erased; nothing of theirs is of later."""
    gone = {identity[1] for key in erased if (identity := parse_subject_key(key))}
    return msgspec.structs.replace(
        truth,
        findings=tuple(one for one in truth.findings if one.subject_id not in gone),
        duties=tuple(one for one in truth.duties if one.subject_id not in gone),
    )
