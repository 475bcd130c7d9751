"""What is timed without Kafka is the whole of judging."""

from __future__ import annotations

from bench.core_alone import new_judge, records_of, timed
from bench.peers.consentry import event_id
from bench.reference import Reference
from bench.sections import history
from bench.stream import UNCOVERED, make
from streams.settings import Settings
from streams.transport.fetch.poll_batch import PollBatch


def test_the_core_alone_finds_what_the_plain_count_finds() -> None:
    reference, judge = Reference(), new_judge()
    list(reference.seen(make(2_000, 200)))
    records = records_of(make(2_000, 200))
    assert len(records) == 2_000
    outputs = [
        one for batch in judge.batches(PollBatch(0, 0, {}, records)) for one in batch.output.outputs
    ]
    names = Settings().topics
    published = {
        event_id(one.value) for one in outputs if one.topic == names.violations and one.value
    }
    assert published - {None} == reference.uncovered != set()
    assert sum(one.topic == names.changelog for one in outputs) >= 2_000


def test_both_histories_are_of_people_with_consent() -> None:
    some = records_of(make(2_000, 200), uncovered=False)
    assert len(some) == 2_000 * (200 - 200 // UNCOVERED) // 200
    cost = timed(new_judge(), some)
    assert cost.us > 0
    assert cost.written > 0
    assert history.cpu_us(10, 100) > 0
