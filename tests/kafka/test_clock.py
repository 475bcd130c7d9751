"""Clocks that are wrong: a broker's, a producer's, and the worker's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from streams.core.instants import Instant, days
from streams.core.policy import default_policy
from streams.verify import verify
from tests.kafka.harness import Bus, Sent, WorkerProcess, until
from tests.kafka.stories import expected, share, stories
from tests.kafka.test_worker import now

STOPPED = 2
SIX_YEARS = days(6 * 365)
BROKERS_TIME = {"message.timestamp.type": "LogAppendTime"}
SENDERS_TIME = {
    "message.timestamp.type": "CreateTime",
    "message.timestamp.after.max.ms": str(2**63 - 1),
}


BEHIND = """
import time
real = time.time_ns, time.time
time.time_ns = lambda: real[0]() - 2 * 3600 * 10**9
time.time = lambda: real[1]() - 2 * 3600
"""
"""Sets the clock of a worker two hours back."""


def admin(bus: Bus) -> KafkaAdminClient:
    return KafkaAdminClient(**bus.settings.connection.kafka_python_options())


def stamped_by(bus: Bus, topic: str, config: dict[str, str]) -> None:
    """Whose time the records of a topic carry from now on."""
    client = admin(bus)
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, config)])
    client.close()


def wrong_tick(bus: Bus, number: int) -> None:
    """A tick as a broker would stamp it whose clock is six years ahead."""
    topic = bus.names.ticks
    stamped_by(bus, topic, SENDERS_TIME)
    # A tick of yesterday means nothing; the broker may go on stamping for a moment.
    before, yesterday = len(bus.read(topic)), now() - days(1)
    old = Sent(topic=topic, key=None, value=b"t", partition=1 - number, timestamp=yesterday)

    def as_sent() -> bool:
        bus.send(old)
        return any(record.timestamp == yesterday for record in bus.read(topic)[before:])

    until(lambda: as_sent() or None, "senders stamp their records")
    bus.send(Sent(topic=topic, key=None, value=b"t", partition=number, timestamp=now() + SIX_YEARS))
    stamped_by(bus, topic, BROKERS_TIME)


def refuses(worker: WorkerProcess, *words: str) -> None:
    assert worker.ended() == STOPPED, worker.text
    for word in words:
        assert word in worker.text, worker.text
    assert "Traceback" not in worker.text


def stands(bus: Bus) -> None:
    """Everything is as a batch over all facts says, and nobody has left."""
    assert verify(bus.settings, default_policy()).differences == []
    assert [progress.subjects_left for progress in bus.progress().values()] == [0, 0]


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
def test_one_tick_six_years_ahead_stops_the_worker_and_clears_nothing(
    timed: Bus, tmp_path: Path, store: str
) -> None:
    bus, events = timed, stories(6)
    kept: dict[str, Any] = {"store": store, "store_folder": tmp_path / "state"}
    with bus.worker(**kept) as worker:
        bus.send(*bus.events(events))
        bus.tick()
        bus.settle(worker)
        published = len(bus.findings())
        wrong_tick(bus, 0)
        bus.tick()
        place = f"{bus.names.ticks}, partition 0, offset 1"
        refuses(worker, place, "ahead of this machine's clock", "consentry skip --topic")
    assert bus.committed()[bus.names.ticks, 0] == 1, "nothing is committed past it"
    assert len(bus.findings()) == published
    with bus.start(**kept) as again:
        refuses(again, place)
    if store == "memory":
        command = again.text[again.text.rindex("consentry skip") :]
        options = command[: command.index('"..."')].split()[2:]
        ordered = bus.command("skip", *options, "the clock of broker 3 was wrong")
        assert ordered.returncode == 0, ordered.stderr
    else:
        client = admin(bus)
        client.delete_records({TopicPartition(bus.names.ticks, 0): 2})
        client.close()
    with bus.worker(**kept) as worker:
        bus.tick()
        bus.settle(worker)
        aside = about(bus, f"{bus.names.ticks}/0/1") if store == "memory" else set()
        bus.comes_to(expected(events, now()) | aside)
        assert worker.stop()[0] == 0
    counted = bus.counters(bus.names.ticks)
    assert counted.dead_lettered == len(bus.dead_letters()) == (store == "memory")
    assert counted.balanced
    stands(bus)


def test_a_state_that_was_moved_into_the_future_is_refused_in_words_of_its_own(
    timed: Bus,
) -> None:
    bus = timed
    with bus.worker(clock_jump_max_s=10**10) as credulous:
        bus.send(*bus.events(stories(2)))
        bus.tick()
        bus.settle(credulous)
        wrong_tick(bus, 1)
        bus.settle(credulous)
        assert credulous.stop()[0] == 0
    with bus.start() as worker:
        words = f"{bus.names.changelog}, partition 1: the time of this state says"
        refuses(worker, words, "generation")


def test_a_worker_whose_clock_is_behind_says_so_and_sets_nothing_aside(bus: Bus) -> None:
    events = stories(6)
    with bus.start(fault=BEHIND) as worker:
        bus.send(*bus.events(events))
        refuses(worker, "ahead of this machine's clock", "clock is behind, set it right (NTP)")
    assert bus.dead_letters() == []
    with bus.worker() as worker:
        bus.settle(worker)
        bus.comes_to(expected(events, now()))
        assert worker.stop()[0] == 0
    stands(bus)


def test_a_producer_whose_clock_is_six_years_ahead_moves_nothing(bus: Bus) -> None:
    """Its records of the future are dead letters, those of now are judged, and nobody stops."""
    events = stories(6)
    topic = bus.names.data_share
    stamped_by(bus, topic, SENDERS_TIME | {"retention.ms": "-1"})
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        future = now() + SIX_YEARS
        bus.send(
            bus.event(share("of-the-future", "f", Instant(future)), timestamp=future),
            bus.event(share("of-now", "n", Instant(now())), timestamp=future),
        )
        bus.settle(worker)
        ahead = worker.wait_for("records.ahead")
        assert ahead["topic"] == topic
        bus.comes_to(expected(events, now()) | about(bus, "f", "n"))
        assert worker.stop()[0] == 0
    [letter] = bus.dead_letters()
    assert letter.letter.code == "FUTURE_TIMESTAMP"
    assert letter.original.timestamp == future
    assert all(finding.detected_at < now() for finding in bus.findings())
    assert all((p.judged_until or 0) < now() for p in bus.progress().values())
    stands(bus)


def about(bus: Bus, *event_ids: str) -> set[tuple[str, str, str]]:
    """What stands about these events, one finding each."""
    found = {f.violation_id: f for f in bus.findings() if f.event_id in event_ids}
    assert len(found) == len(event_ids)
    return {(str(f.event_id), f.code, f.violation_id) for f in found.values()}
