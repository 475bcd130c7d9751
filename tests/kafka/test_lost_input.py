"""Input that is gone before it was judged, also while a worker runs: named, never passed over."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from kafka import TopicPartition

from streams.core.policy import default_policy
from streams.topics import create_topics
from streams.verify import verify
from streams.verify.result import DifferenceKind
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import START, share, stories
from tests.kafka.test_refusals import REFUSED, admin, refuses

SHARES, AT_ONCE = 40_000, 5_000


@pytest.fixture
def single(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=1) as bus:
        yield bus


def judged(bus: Bus) -> int:
    """The next share to judge, as committed."""
    return bus.committed().get((bus.names.data_share, 0), 0)


def lost(bus: Bus) -> list[str]:
    """What verify says of lost input."""
    found = verify(bus.settings, default_policy())
    return [one.what for one in found.differences if one.kind is DifferenceKind.LOST_INPUT]


def stopped(bus: Bus, worker: WorkerProcess, *words: str) -> None:
    """It ends with code 2, names what is wrong, and every start after it says the same."""
    assert worker.ended() == REFUSED, worker.text
    with bus.start() as again:
        assert again.ended() == REFUSED, again.text
        for one in (worker, again):
            last = "\n".join(one.text.splitlines()[-2:])
            assert all(word in last for word in words), last
            assert "Traceback" not in one.text


def test_records_deleted_ahead_of_a_worker_that_catches_up(single: Bus) -> None:
    for first in range(0, SHARES, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        single.send(*single.events(share(f"s{at}", f"e{at}", START) for at in numbers))
    place = TopicPartition(single.names.data_share, 0)
    end = single.ends([place])[place]
    client = admin(single)
    with single.worker() as worker:
        until(lambda: judged(single) or None, "something is judged", worker=worker)
        client.delete_records({place: end - 100})
        stopped(
            single, worker, f"{place.topic}, partition 0", f"up to {end - 100}", "accept_lost_input"
        )
    client.close()
    assert judged(single) < end - 100
    assert single.counters(place.topic).read == judged(single)
    assert lost(single) == [
        f"the log begins at {end - 100}, and the state ends at {judged(single)}"
    ]
    with single.worker(accept_lost_input=True) as willing:
        single.settle(willing)
    assert single.counters(place.topic).read < SHARES
    [gap] = single.progress()[0].gaps
    assert (gap.topic, gap.end) == (place.topic, end - 100)
    assert lost(single) == []


BEGINS_AT_THE_START = """
import aiokafka
init = aiokafka.AIOKafkaConsumer.__init__
def earliest(self, *given, **named):
    init(self, *given, **{**named, "auto_offset_reset": "earliest"})
aiokafka.AIOKafkaConsumer.__init__ = earliest
# Whether reset and next fetch fall into one poll is a matter of luck; so it does not count.
from tests.control import safeguards
safeguards.continuity()
"""


def test_what_a_client_passed_over_in_silence_is_found_afterwards(single: Bus) -> None:
    """A client that begins again by itself is what this release has no more."""
    place = TopicPartition(single.names.data_share, 0)
    client = admin(single)
    with single.worker(fault=BEGINS_AT_THE_START) as worker:
        single.send(*single.events(share(f"a{at}", f"a{at}", START) for at in range(50)))
        single.settle(worker)
        worker.pause()
        time.sleep(1.5)  # a fetch that the broker holds open would bring what comes first
        single.send(*single.events(share(f"b{at}", f"b{at}", START) for at in range(50)))
        client.delete_records({place: 80})
        worker.go_on()
        single.settle(worker)
    client.close()
    [found] = lost(single)
    assert found.startswith("30 records between offset 0 and 80")
    assert "were never read" in found


def test_records_deleted_behind_a_worker_are_no_loss(single: Bus) -> None:
    place = TopicPartition(single.names.data_share, 0)
    client = admin(single)
    with single.worker() as worker:
        single.send(*single.events(stories(4)))
        single.settle(worker)
        client.delete_records({place: judged(single)})
        single.send(*single.events(stories(4, 4)))
        single.settle(worker)
    client.close()
    assert lost(single) == []


def test_ticks_deleted_ahead_of_a_worker_are_no_loss(single: Bus) -> None:
    place = TopicPartition(single.names.ticks, 0)

    def ticked() -> int:
        return single.committed().get((place.topic, 0), 0)

    client = admin(single)
    with single.worker() as worker:
        until(lambda: ticked() > 2 or None, "ticks", worker=worker)
        worker.pause()
        single.tick(50)
        client.delete_records({place: single.ends([place])[place]})
        before = ticked()
        worker.go_on()
        until(lambda: ticked() > before + 52 or None, "later ticks", worker=worker)
        single.send(*single.events(stories(2)))
        single.settle(worker)
    client.close()


def recreate(bus: Bus, *topics: str) -> None:
    """Delete topics and create them again, as somebody does who wants them empty."""
    client = admin(bus)
    client.delete_topics(list(topics))
    until(lambda: not {*topics} & {*client.list_topics()} or None, "they are deleted")
    client.close()
    create_topics(bus.settings)


@pytest.mark.parametrize("again", [0, 30], ids=["empty", "with more records than before"])
def test_a_topic_that_is_created_again_under_a_worker(single: Bus, again: int) -> None:
    topic = single.names.data_share
    with single.worker() as worker:
        single.send(*single.events(stories(4)))
        single.settle(worker)
        recreate(single, topic)
        others = [share(f"new{at}", f"n{at}", START) for at in range(again)]
        single.send(*single.events(others))
        assert worker.ended() == REFUSED, worker.text
        last = "\n".join(worker.text.splitlines()[-2:])
        assert topic in last
        assert "created again" in last
        assert "generation" in last
        assert "Traceback" not in worker.text


def test_a_topic_that_is_created_again_while_nobody_runs(single: Bus) -> None:
    """It holds more than before, so that only its id shows that it is another one."""
    topic = single.names.data_share
    with single.worker() as worker:
        single.send(*single.events(stories(4)))
        single.settle(worker)
        assert worker.stop()[0] == 0
    recreate(single, topic)
    single.send(*single.events(share(f"new{at}", f"n{at}", START) for at in range(30)))
    refuses(single, f"{topic} was deleted and created again", "generation")
    assert any("created again" in one for one in lost(single))


def test_a_topic_that_is_deleted_under_a_worker(single: Bus) -> None:
    topic = single.names.purchase
    with single.worker() as worker:
        single.send(*single.events(stories(4)))
        single.settle(worker)
        client = admin(single)
        client.delete_topics([topic])
        client.close()
        assert worker.ended() == REFUSED, worker.text
        assert topic in "\n".join(worker.text.splitlines()[-2:])


@pytest.mark.parametrize("which", ["data_share", "violations"])
def test_a_partition_that_is_added_under_a_worker(bus: Bus, which: str) -> None:
    topic = getattr(bus.names, which)
    with bus.worker() as worker:
        bus.send(*bus.events(stories(4)))
        bus.settle(worker)
        began = time.monotonic()
        client = admin(bus)
        client.create_partitions({topic: 3})
        client.close()
        assert worker.ended(60) == REFUSED, worker.text
        assert time.monotonic() - began < 60
        last = "\n".join(worker.text.splitlines()[-2:])
        assert f"{topic} 3" in last
        assert "topics check" in last
    refuses(bus, topic, "partitions")
