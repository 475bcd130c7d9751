"""Input records of the future: their timestamps move no time and hide no wrong date."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaError, LeaderNotAvailableError
from structlog.testing import capture_logs

from streams.agents import clocks
from streams.agents.clocks import Clocks
from streams.agents.partition_judge import PartitionJudge
from streams.core.instants import Instant, days, hours
from streams.errors import ConsentryError
from streams.measures.worker_stats import WorkerStats
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.wire.arrival import Arrivals, Arrived, Misrouted, partition_for
from streams.wire.dead_letters import decode_dead_letter
from streams.wire.encode import event_to_avro
from streams.wire.rows import decode_row
from tests.agents.world import NAMES, SETTINGS, World
from tests.kafka.stories import START, share
from tests.transport.records import One

NOW = Instant(START + days(3))
CLOCK = OwnClock(3600, lambda: NOW)
YEARS = days(6 * 365)


def world() -> World:
    one = World()
    one.judge = PartitionJudge(one.partition, SETTINGS, one.policy, clock=CLOCK)
    return one


@pytest.mark.parametrize("as_json", [True, False])
def test_an_event_of_the_future_is_one_whatever_its_record_says(*, as_json: bool) -> None:
    """A producer whose clock is six years ahead stamps event and record alike."""
    one = world()
    at = Instant(NOW + YEARS)
    record = one.record(share("s", "1", at), timestamp=at)
    if not as_json:
        record = as_avro(record, share("s", "1", at))
    one.take(record)
    assert one.count().dead_lettered == 1
    [letter] = one.outputs(NAMES.dead_letters)
    kept = decode_dead_letter(letter.value or b"")
    assert kept.letter.code == "FUTURE_TIMESTAMP"
    assert (kept.original.timestamp, kept.detected_at) == (at, NOW)
    assert one.progress.judged_until is None, "or no policy entry before 2032 would be taken"


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    ("ahead", "arrived"), [(hours(1), NOW + hours(1)), (hours(1) + 1, NOW), (YEARS, NOW)]
)
def test_an_event_of_now_arrives_now(ahead: int, arrived: int, *, as_json: bool) -> None:
    """Only the record's timestamp is wrong: the person is not kept for years for it."""
    one = world()
    event = share("s", "1", Instant(NOW - 5))
    record = one.record(event, timestamp=NOW + ahead)
    one.take(record if as_json else as_avro(record, event))
    [row] = [decode_row(v) for key in one.subjects for v in one.rows.rows_of(key).values()]
    assert row.fact.ingested_at == arrived
    assert {f.detected_at for f in one.findings()} == {arrived}
    assert one.time() is None


def as_avro(record: One, event: Any) -> One:
    return record._replace(value=event_to_avro(event))


def test_what_is_sent_home_takes_the_arrival_with_it() -> None:
    arrivals = Arrivals(NAMES, SETTINGS.output_max_bytes)
    arrivals.read_at(NOW, Instant(NOW + hours(1)))
    one = World()
    record = one.record(share("s", "1", NOW), timestamp=NOW + YEARS)
    arrived = arrivals.read(record)
    assert isinstance(arrived, Arrived)
    home = 1 - partition_for(arrived.key, 2)
    found = arrivals.settle(record, arrived, home)
    assert isinstance(found, Misrouted)
    assert found.origin.ingested_at == NOW
    assert found.origin.timestamp == NOW + YEARS


class Broker:
    """Answers ticks with its own time."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.asked = 0

    async def send(self, *_: object) -> Any:
        async def answered() -> Any:
            return SimpleNamespace(offset=self.asked, timestamp=float(self.now))

        self.asked += 1
        return answered()


def look(broker: Broker, stats: WorkerStats, *slices: list[One], **settings: Any) -> list[Any]:
    app = SimpleNamespace(settings=Settings(**settings), producer=broker)
    looking = Clocks(cast("Any", app), CLOCK, stats)

    async def all_of_them() -> None:
        for records in slices:
            await looking.look(records, 3)

    with capture_logs() as lines:
        asyncio.run(all_of_them())
    return lines


def records(*ahead: int, topic: str = NAMES.data_share) -> list[One]:
    return [One(topic, 3, n, NOW + one) for n, one in enumerate(ahead)]


def test_records_of_now_ask_nobody_and_are_no_news() -> None:
    broker, stats = Broker(NOW), WorkerStats()
    ticks = records(YEARS, topic=NAMES.ticks)
    assert look(broker, stats, records(-YEARS, 0, hours(1)), [], ticks) == []
    assert (broker.asked, stats.ahead) == (0, {})


def test_they_are_logged_once_per_minute_and_counted_every_time() -> None:
    broker, stats = Broker(NOW), WorkerStats()
    lines = look(broker, stats, records(0, YEARS, YEARS), records(YEARS))
    assert [(line["event"], line["offset"]) for line in lines] == [("records.ahead", 1)]
    assert broker.asked == 1
    assert stats.ahead == {NAMES.data_share: 3}


def test_where_the_broker_is_ahead_too_it_is_our_clock() -> None:
    stats = WorkerStats()
    with pytest.raises(ConsentryError, match="ahead of this machine's clock") as caught:
        look(Broker(NOW + hours(2)), stats, records(hours(2)))
    assert "clock is behind" in caught.value.remedy
    assert stats.ahead == {}


def test_where_ticks_are_not_ours_the_broker_is_not_asked() -> None:
    broker = Broker(NOW + hours(2))
    assert len(look(broker, WorkerStats(), records(hours(2)), tick_source="external")) == 1
    assert broker.asked == 0


class Away(Broker):
    """Gives no answer to a tick, or an error."""

    def __init__(self, error: KafkaError | None) -> None:
        super().__init__(NOW)
        self.error = error

    async def send(self, *_: object) -> Any:
        answer = asyncio.get_running_loop().create_future()
        if self.error is not None:
            answer.set_exception(self.error)
        return answer


@pytest.mark.parametrize("error", [None, LeaderNotAvailableError()])
def test_a_partition_of_ticks_without_a_leader_stops_no_judging(
    error: KafkaError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "ANSWER_WITHIN_S", 0.01)
    stats = WorkerStats()
    lines = look(Away(error), stats, records(YEARS))
    assert [line["event"] for line in lines] == ["clock.not_compared", "records.ahead"]
    assert stats.ahead == {NAMES.data_share: 1}


def test_a_timestamp_of_the_future_says_nothing_of_when_a_producer_was_heard() -> None:
    stats = WorkerStats()
    stats.seen(records(5, YEARS), {NAMES.data_share}, NOW + hours(1))
    assert stats.latest_ms == {NAMES.data_share: NOW + 5}
    stats.seen(records(YEARS), {NAMES.data_share}, NOW + hours(1))
    assert stats.latest_ms == {NAMES.data_share: NOW + 5}
