"""A digest of all that a partition number's judge writes: the same before and after a change.

    python -m bench.same_outputs [--events 60000] [--people 400]

Two streams: the bench's in random order, and the sample of a webshop under its own policy with
late, repeated, contested and bad records, Avro and JSON by turns, and ticks in between. Each
with everybody live, with hardly anybody live, and in batches of a record or two. What is digested
are the outputs with keys and headers, the progress rows, the counts, and the rows as stored.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from bench.core_alone import Arrived, records_of
from bench.stream import make
from streams import compiled
from streams.agents.partition_judge import PartitionJudge
from streams.core.instants import parse_instant
from streams.core.policy import Policy, default_policy
from streams.dev.samples import POLICY_FILE, SampleOptions, make_sample
from streams.policy_file import load_policy
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds, OutputBatch
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.progress import Progress
from streams.wire.record import Record

UNTIL: Final = parse_instant("2026-11-01T00:00:00.000Z")
TICK_EVERY: Final = 1000
"""Records between two ticks."""
JSON_EVERY: Final = 5
"""Of so many events one is written as JSON."""
PIECE: Final = 700
"""Records of a poll batch: more than a batch of outputs takes."""


class Way(NamedTuple):
    """How a stream is judged: how many people may be live, and how large a batch may be."""

    live: int
    outputs: int


WAYS: Final = {
    "everybody live": Way(1_000_000, 1_000_000),
    "few live": Way(100, 1_000_000),
    "small batches": Way(1_000_000, 2),
}


class Digesting:
    """In the place of a committer: digests what it is given."""

    def __init__(self, outputs: int) -> None:
        self.bounds = Bounds(outputs, 1 << 40, 0.0)
        self.digest = sha256()

    def put(self, batch: OutputBatch) -> None:
        """All of a batch."""
        for one in batch.outputs:
            parts = one.topic, one.partition, one.key, one.value, tuple(one.headers)
            self.digest.update(repr(parts).encode())
        self.digest.update(batch.progress)


def sample_records(people: int) -> list[Record]:
    """The sample as its topics hold it, with ticks."""
    names = Settings().topics
    options = SampleOptions(
        subjects=people,
        seed=7,
        until=UNTIL,
        disorder=0.4,
        duplicates=0.03,
        conflicts=0.01,
        bad=0.01,
    )
    found: list[Record] = []
    for place, one in enumerate(make_sample(options).records):
        value = one.value
        if one.event is not None:
            written = event_to_json if place % JSON_EVERY == 0 else event_to_avro
            value = written(one.event)
        found.append(Arrived(names.inputs[one.topic], place, one.arrives_at, one.key, value))
        if place % TICK_EVERY == TICK_EVERY - 1:
            found.append(Arrived(names.ticks, place, one.arrives_at, b"", b"t"))
    return found


def digest_of(records: Sequence[Record], policy: Policy, way: Way) -> str:
    """16 hexadecimal digits over all that judging these records writes."""
    settings = Settings(partitions=1, live_subjects=way.live, dead_letter_limit_share=1.0)
    committer: Any = Digesting(way.outputs)
    rows, progress = MemoryRows(), Progress(positions={})
    basis = JudgingBasis(policy)
    basis.adopt(progress, 0)
    partition = PartitionTask(0, 1, rows, progress, committer, basis)
    judge = PartitionJudge(partition, settings, policy)
    digest = committer.digest
    for begin in range(0, len(records), PIECE):
        for batch in judge.batches(PollBatch(0, 1, {}, records[begin : begin + PIECE])):
            partition.hand_over(batch.output)
            stats = batch.stats
            counts: Iterable[object] = (
                sorted(stats.findings.items()),
                sorted(stats.duties.items()),
                sorted(stats.dead_letters.items()),
                sorted(map(repr, stats.assumptions.events.items())),
                (stats.first_shares, stats.first_shares_unconsented, stats.subjects_left),
                batch.led_at,
                batch.rejudged,
            )
            digest.update(repr(list(counts)).encode())
    for _, subject in rows.walk():
        digest.update(repr(sorted(rows.rows_of(subject).items())).encode())
    digest.update(repr((len(rows), len(judge.subjects.live))).encode())
    return str(digest.hexdigest()[:16])


def main() -> None:
    """Digest and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=60_000)
    arguments.add_argument("--people", type=int, default=400)
    given = arguments.parse_args()
    streams = {
        "bench": (
            records_of(make(given.events, given.events // 20, order="random")),
            default_policy(),
        ),
        "sample": (sample_records(given.people), load_policy(POLICY_FILE)),
    }
    print(f"compiled by mypyc: {'yes' if compiled.active() else 'no'}")
    for name, (records, policy) in streams.items():
        for what, way in WAYS.items():
            print(f"{name:8} {what:16} {len(records):8,} {digest_of(records, policy, way)}")


if __name__ == "__main__":
    main()
