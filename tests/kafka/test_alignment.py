"""Alignment on a real broker: who is waited for, who is not, and that nothing gets lost.

Inputs carry their producers' timestamps here, so that a test says what is early and what
is late. Nobody writes ticks unless a test does, so their topic is empty.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from kafka import KafkaProducer
from msgspec.structs import replace

from streams.core.events import ConsentChange, Event
from streams.core.instants import Instant, hours
from streams.core.vocabulary import LegalBasis, Status
from streams.topics.session import admin_session
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import START, expected, grant, share, stories
from tests.kafka.test_rebalance import owns
from tests.kafka.test_worker import now

AT_ONCE_S = 10.0
"""Far below `NEVER_S`, far above what a free way takes."""

NEVER_S = 600
"""How long a worker would wait for a topic: no test lasts so long."""

LATER = Instant(START + hours(1))

SLOWLY = """
import time
from streams.transport.tasks.partition_task import PartitionTask
enter = PartitionTask.enter
def slowly(self, poll_batch):
    time.sleep(0.02 * len(poll_batch.records))
    enter(self, poll_batch)
PartitionTask.enter = slowly
"""
"""A worker that is still at its backlog when another one joins."""

PAD = (("pad", b"x" * 20_000),)
"""With a header of this size a fetch of one topic brings about a dozen records."""


class Dated(Bus):
    """A bus on which records keep the timestamps that they are sent with."""

    def __init__(self, kafka: str, name: str, **settings: Any) -> None:
        super().__init__(kafka, name, tick_source="external", **settings)
        self._times = count(int(time.time() * 1000) - 3_600_000)

    def prepare(self) -> None:
        """Create the inputs so: a broker takes a moment to heed the change of a setting.

        Until then it would stamp records itself, and they would seem later than those after them.
        """
        wanted = {
            "num_partitions": self.settings.partitions,
            "replication_factor": 1,
            "configs": {"message.timestamp.type": "CreateTime", "retention.ms": "-1"},
        }
        inputs = list(self.names.inputs.values())
        with admin_session(self.settings.connection) as client:
            client.create_topics(dict.fromkeys(inputs, wanted))
            client.wait_for_topics(inputs)

    def one_after_another(self, events: list[Event], **fields: Any) -> list[Sent]:
        """The events, each a millisecond after the one before."""
        return [self.event(event, timestamp=next(self._times), **fields) for event in events]

    def statuses(self, event_id: str) -> list[Status]:
        """What was said of an event, in the order in which it was said."""
        return [one.status for one in self.findings() if one.event_id == event_id]


@pytest.fixture
def patient(kafka: str, unique: str) -> Iterator[Dated]:
    """One partition, and a worker that waits for a topic as good as for ever."""
    with Dated(kafka, unique, partitions=1, alignment_max_wait_s=NEVER_S) as bus:
        yield bus


def test_empty_and_idle_topics_hold_up_nobody(patient: Dated) -> None:
    events: list[Event] = [
        share("early", "e1", START),
        grant("s", "g1", START),
        share("s", "s1", LATER),
        share("s", "s2", LATER),
    ]
    before, *live, after = events
    patient.send(*patient.one_after_another([before]))
    with patient.worker() as worker:
        patient.settle(worker, AT_ONCE_S)
        for event in live:
            patient.send(*patient.one_after_another([event]))
            patient.settle(worker, AT_ONCE_S)
    patient.send(*patient.one_after_another([after]))
    with patient.worker() as again:
        patient.settle(again, AT_ONCE_S)
    patient.comes_to(expected(events, START))


def test_an_open_transaction_of_a_producer_holds_up_nobody(patient: Dated) -> None:
    producer = KafkaProducer(
        **patient.settings.connection.kafka_python_options(),
        transactional_id=f"{patient.settings.application_id}-team",
    )
    producer.init_transactions()
    [consent] = patient.one_after_another([grant("s", "g1", START)])
    try:
        producer.begin_transaction()
        producer.send(
            consent.topic, key=consent.key, value=consent.value, timestamp_ms=consent.timestamp
        )
        producer.flush()
        patient.send(*patient.one_after_another([share("other", "s1", START)]))
        with patient.worker() as worker:
            until(lambda: patient.statuses("s1") or None, "s1", AT_ONCE_S, worker)
            patient.send(*patient.one_after_another([share("other", "s2", START)]))
            until(lambda: patient.statuses("s2") or None, "s2", AT_ONCE_S, worker)
            assert patient.counters(consent.topic).read == 0
            producer.commit_transaction()
            until(lambda: patient.counters(consent.topic).read or None, "g1", AT_ONCE_S, worker)
            assert worker.logged("alignment.left_out") == []
    finally:
        producer.close()


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [(NEVER_S, []), (0, [Status.OPEN, Status.RETRACTED])],
    ids=["waiting", "not waiting"],
)
def test_a_topic_that_lags_is_waited_for(
    kafka: str, unique: str, wait_s: float, said: list[Status]
) -> None:
    """The share's consent stands behind many fetches of others' consents."""
    with Dated(kafka, unique, partitions=1, alignment_max_wait_s=wait_s) as bus:
        others = [grant(f"other-{at}", f"other-{at}", START) for at in range(60)]
        bus.send(*bus.one_after_another([*others, grant("s", "g1", START)], headers=PAD))
        covered = replace(share("s", "s1", LATER), legal_basis_claimed=LegalBasis.CONSENT)
        bus.send(*bus.one_after_another([covered]))
        with bus.worker() as worker:
            until(lambda: bus.counters().judged == 62 or None, "all is judged", worker=worker)
            until(lambda: bus.statuses("s1") == said or None, "what is said of s1", AT_ONCE_S)
            assert worker.logged("alignment.left_out") == []


def test_what_waits_during_a_rebalance_is_read_again_once(kafka: str, unique: str) -> None:
    """Buffers are small and consents large, so records wait whenever partitions change hands."""
    events = stories(300)
    small = {"alignment_max_records": 100, "open_slices": 1, "alignment_max_wait_s": NEVER_S}
    with Dated(kafka, unique, partitions=2, **small) as bus:
        records = [
            sent
            for event in events
            for sent in bus.one_after_another(
                [event], headers=PAD if isinstance(event, ConsentChange) else ()
            )
        ]
        bus.send(*records)
        with bus.worker("w1", fault=SLOWLY) as first:
            assert owns(first, 2) == {0, 1}
            with bus.worker("w2", fault=SLOWLY) as second:
                assert owns(first, 1) | owns(second, 1) == {0, 1}
                left = bus.lag()
                assert left > 0, "all was judged before partitions changed hands"
                until(lambda: bus.lag() < left or None, "judging goes on", worker=first)
                second.kill()
            assert owns(first, 2) == {0, 1}
            bus.settle(first)
            bus.tick()
            bus.comes_to(expected(events, now()))
            code, _ = first.stop()
            assert code == 0
    counters = bus.counters()
    assert counters.read == counters.judged == len(events)
    assert Status.RETRACTED not in {one.status for one in bus.findings()}
