"""What judging costs without Kafka: pre-encoded Avro events to batches, and each stage alone.

    python -m bench.core [--events 60000] [--subjects 6000] [--random] [--history 10 10000]

One partition number, its rows in memory, nothing sent, the collector as a worker has it. With
`--random` people come in random order in place of in turn. Figures are microseconds of CPU an
event, the best of several rounds, since others share the machine. `--profile FILE` writes
what cProfile sees of one round instead.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

from bench.collector import as_in_a_worker
from bench.stream import BEGIN, CONTROLLER, MIX, STEP_MS, Made, Template, key_of, long_bytes, make
from streams import compiled
from streams.agents.partition_judge import PartitionJudge
from streams.core.judge import judge
from streams.core.outcome import Outcome
from streams.core.policy import Policy, default_policy
from streams.core.state import EventRow, Fact, FactSource
from streams.core.subject import Subject
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds, OutputBatch
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.arrival import Arrivals, Arrived
from streams.wire.decode import Decoded, decode
from streams.wire.findings import encode_finding
from streams.wire.progress import Progress
from streams.wire.rows import encode_row, fact_key

SETTINGS = Settings()
POLLED = 500
"""What a poll brings of one partition number, in records."""


class Given(NamedTuple):
    """A record as a consumer hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Nowhere:
    """A committer that commits nothing."""

    bounds = Bounds(20_000, 16_777_216, 20.0)

    def __init__(self) -> None:
        self.outputs = 0
        self.bytes = 0

    def put(self, batch: OutputBatch) -> None:
        """Count, and forget."""
        self.outputs += len(batch.outputs)
        self.bytes += batch.bytes


def records(made: Iterable[Made]) -> list[Given]:
    """The records of a stream on partition 0, in the order in which they were made."""
    topics = SETTINGS.topics.inputs
    next_offset = dict.fromkeys(topics.values(), 0)
    found = []
    for one in made:
        topic = topics[one.kind]
        found.append(Given(topic, 0, next_offset[topic], one.at, key_of(one.subject), one.value))
        next_offset[topic] += 1
    return found


def poll_batches(given: Sequence[Given], size: int = POLLED) -> list[PollBatch]:
    """The records cut into poll batches, each with where its topics start and end."""
    position = dict.fromkeys(SETTINGS.topics.inputs.values(), 0)
    found = []
    for start in range(0, len(given), size):
        part = given[start : start + size]
        spans = {}
        for topic in dict.fromkeys(record.topic for record in part):
            end = 1 + max(record.offset for record in part if record.topic == topic)
            spans[topic] = OffsetSpan(position[topic], end)
            position[topic] = end
        found.append(PollBatch(0, 1, spans, part))
    return found


def new_partition(policy: Policy) -> tuple[PartitionJudge, PartitionTask, Nowhere]:
    """A judge of partition number 0 of 1 without any state."""
    committer = Nowhere()
    progress = Progress(positions=dict.fromkeys(SETTINGS.topics.inputs.values(), 0))
    partition = PartitionTask(
        0, 1, MemoryRows(), progress, cast("Any", committer), JudgingBasis(policy)
    )
    return PartitionJudge(partition, SETTINGS, policy), partition, committer


def whole(pieces: Sequence[PollBatch], policy: Policy) -> Nowhere:
    """Everything between the consumer and the producer."""
    judging, partition, committer = new_partition(policy)
    for piece in pieces:
        partition.enter(piece)
        for batch in judging.batches(piece):
            partition.hand_over(batch.output)
    return committer


def timed(work: Callable[[], object], events: int) -> float:
    """Microseconds of CPU an event."""
    gc.collect()
    began = time.process_time()
    work()
    return (time.process_time() - began) / events * 1e6


def best(work: Callable[[], object], events: int, rounds: int) -> float:
    """The best of several rounds."""
    return min(timed(work, events) for _ in range(rounds))


def stages(given: Sequence[Given], policy: Policy, rounds: int) -> dict[str, float]:
    """Each stage alone, over the same events."""
    count = len(given)
    arrivals = Arrivals(SETTINGS.topics, SETTINGS.output_max_bytes)
    expected = {name: kind for kind, name in SETTINGS.topics.inputs.items()}
    found: dict[str, float] = {}
    found["decode, guard and hash"] = best(
        lambda: [decode(one.value, expected[one.topic]) for one in given], count, rounds
    )
    arrived = [arrivals.read(cast("Any", one)) for one in given]
    assert all(isinstance(one, Arrived) for one in arrived)
    facts = [cast("Arrived", one).fact for one in arrived]
    keys = [one.key for one in given]
    decided: list[Any] = []

    def rules() -> None:
        decided.clear()
        subjects: dict[bytes, Subject] = {}
        for key, fact in zip(keys, facts, strict=True):
            subject = subjects.get(key)
            if subject is None:
                event = fact.event
                subject = subjects[key] = Subject(event.controller_id, event.subject_id)
            decided.append(judge(subject, fact, policy, None))

    found["subject and rules"] = best(rules, count, rounds)
    rows: list[EventRow] = [row for decision in decided for row in decision.rows]
    found["rows to bytes"] = best(lambda: [encode_row(row) for row in rows], count, rounds)
    found["keys of rows"] = best(
        lambda: [fact_key(cast("Any", b"k"), row.fact) for row in rows],
        count,
        rounds,
    )
    findings = [finding for decision in decided for finding in decision.findings]
    found["findings to bytes"] = best(
        lambda: [encode_finding(finding) for finding in findings], count, rounds
    )
    assert all(decision.outcome is Outcome.JUDGED for decision in decided)
    found["(findings an event)"] = len(findings) / count
    return found


def history(length: int, policy: Policy, rounds: int, more: int = 240) -> float:
    """One more event of a subject that has `length` events: microseconds of CPU.

    Taken over a few more, so that the history hardly grows, each on time and of every type.
    """
    before, after = _one_subject(0, length), _one_subject(length, more)

    def run() -> float:
        subject = Subject(CONTROLLER, before[0].event.subject_id)
        for fact in before:
            judge(subject, fact, policy, None)
        return timed(lambda: [judge(subject, fact, policy, None) for fact in after], more)

    return min(run() for _ in range(4 * rounds))


def _one_subject(first: int, count: int) -> list[Fact]:
    templates = [Template(fields) for fields in MIX]
    facts = []
    for number in range(first, first + count):
        at = BEGIN + number * STEP_MS
        template = templates[(number + 8) % len(templates)]
        decoded = decode(template.fill(number, 1, long_bytes(at)), template.kind)
        assert isinstance(decoded, Decoded)
        source = FactSource("t", 0, number)
        facts.append(Fact(event=decoded.event, payload_hash=decoded.payload_hash,
                          ingested_at=decoded.event.recorded_at, source=source))  # fmt: skip
    return facts


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=60_000)
    arguments.add_argument("--subjects", type=int, default=6_000)
    arguments.add_argument("--random", action="store_true")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--history", type=int, nargs="*", default=[])
    arguments.add_argument("--profile", help="write a cProfile of one round there")
    given = arguments.parse_args()
    with as_in_a_worker():
        measure(given)


def measure(given: argparse.Namespace) -> None:
    """As the arguments say."""
    policy = default_policy()
    stream = make(given.events, given.subjects, order="random" if given.random else "in turn")
    made = records(stream)
    pieces = poll_batches(made)
    whole(pieces, policy)
    if given.profile:
        profile = cProfile.Profile()
        profile.runcall(whole, pieces, policy)
        profile.dump_stats(given.profile)
        return
    print(f"compiled by mypyc: {'yes' if compiled.active() else 'no'}")
    total = best(lambda: whole(pieces, policy), given.events, given.rounds)
    print(f"{'whole, polls to batches':32} {total:7.2f} us an event")
    for name, figure in stages(made, policy, given.rounds).items():
        print(f"  {name:30} {figure:7.3f}")
    for length in given.history:
        print(f"history of {length:<21,} {history(length, policy, given.rounds):7.2f}")


if __name__ == "__main__":
    main()
