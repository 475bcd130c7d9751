"""Whatever polls bring in whatever pieces: nothing lost, positions continuous, order by time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import OffsetSpan, Polled, follow
from tests.transport.records import One

TOPICS = ("a", "b", "c")
SLICE = 3
SHARE = 4

times = st.lists(st.integers(0, 12), max_size=14)
logs = st.fixed_dictionaries({topic: st.one_of(times, times.map(sorted)) for topic in TOPICS})


@pytest.fixture(autouse=True, scope="module")
def _small_slices() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in ("fetch.partition_group", "fetch.record_queue"):
            patch.setattr(f"streams.transport.{module}.SLICE_RECORDS", SLICE)
        yield


def by_heads(logs: dict[str, list[int]]) -> list[tuple[str, int]]:
    """The order, slow and obvious: always the topic whose next record is the earliest."""
    at = dict.fromkeys(TOPICS, 0)
    order = []
    while left := [topic for topic in TOPICS if at[topic] < len(logs[topic])]:
        first = min(left, key=lambda topic: logs[topic][at[topic]])
        order.append((first, at[first]))
        at[first] += 1
    return order


@dataclass
class Run:
    """Logs that are read in pieces; every other offset is a transaction marker."""

    logs: dict[str, list[int]]
    group: PartitionGroup
    read: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))
    positions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))
    out: list[tuple[str, int]] = field(default_factory=list)

    def poll(self, topic: str, count: int, known_end: int) -> None:
        start = self.read[topic]
        found = self.logs[topic][start : start + count]
        self.read[topic] = start + len(found)
        records = [One(topic, 0, 2 * (start + at), time) for at, time in enumerate(found)]
        span = OffsetSpan(2 * start, 2 * self.read[topic])
        self.group.add(Polled(topic, 0, span, records, 2 * max(known_end, self.read[topic])))

    def release(self) -> bool:
        ready = self.group.ready
        piece = self.group.release()
        assert ready is (piece is not None)
        if piece is None:
            return False
        follow(self.positions, piece.spans)
        self.positions.update({topic: span.end for topic, span in piece.spans.items()})
        assert len(piece.records) <= SLICE * len(TOPICS)
        for record in piece.records:
            span = piece.spans[record.topic]
            assert span.start <= record.offset < span.end
            self.out.append((record.topic, record.offset // 2))
        return True

    def to_the_end(self) -> None:
        """Read and release until all is out; some topic to read must have room until then."""
        while True:
            while self.release():
                pass
            room = self.group.room()
            left = [topic for topic in TOPICS if self.read[topic] < len(self.logs[topic])]
            if not left:
                return
            able = [topic for topic in left if topic in room]
            assert able, "nothing is released and nothing may be read"
            for topic in able:
                self.poll(topic, 2, len(self.logs[topic]))

    def check(self) -> None:
        assert self.positions == {topic: 2 * len(log) for topic, log in self.logs.items()}
        for topic in TOPICS:
            mine = [offset for of, offset in self.out if of == topic]
            assert mine == list(range(len(self.logs[topic])))


def begin(logs: dict[str, list[int]], seconds: float) -> Run:
    bounds = AlignmentBounds(SHARE * len(TOPICS), 1 << 20, seconds)
    return Run(logs, PartitionGroup(0, 1, TOPICS, bounds))


@given(logs=logs, data=st.data())
def test_a_backlog_comes_out_in_order_of_time(
    logs: dict[str, list[int]], data: st.DataObject
) -> None:
    run = begin(logs, 10.0)
    for topic in TOPICS:
        run.poll(topic, 0, len(logs[topic]))
    for _ in range(data.draw(st.integers(0, 20))):
        if data.draw(st.booleans()):
            run.release()
        elif room := sorted(run.group.room()):
            topic = data.draw(st.sampled_from(room))
            run.poll(topic, data.draw(st.integers(0, 6)), len(logs[topic]))
    run.to_the_end()
    run.check()
    assert run.out == by_heads(logs)


@given(logs=logs, seconds=st.sampled_from([0.0, 10.0]), data=st.data())
def test_nothing_is_lost_whatever_is_known_and_however_long_it_takes(
    logs: dict[str, list[int]], seconds: float, data: st.DataObject
) -> None:
    run = begin(logs, seconds)
    now = 0.0
    for _ in range(data.draw(st.integers(0, 30))):
        now += data.draw(st.sampled_from([0.0, 4.0, 10.0]))
        run.group.overdue(now)
        if data.draw(st.booleans()):
            run.release()
        elif room := sorted(run.group.room()):
            topic = data.draw(st.sampled_from(room))
            known_end = data.draw(st.integers(0, len(logs[topic])))
            run.poll(topic, data.draw(st.integers(0, 6)), known_end)
    for topic in TOPICS:
        run.poll(topic, 0, len(logs[topic]))
    run.to_the_end()
    run.check()


@given(logs=logs)
def test_what_is_held_stays_within_its_share_and_one_poll(logs: dict[str, list[int]]) -> None:
    run = begin({**logs, "c": [99]}, 10.0)
    run.poll("c", 0, 1)
    for topic in ("a", "b"):
        run.poll(topic, 0, len(logs[topic]))
        while topic in run.group.room() and run.read[topic] < len(logs[topic]):
            run.poll(topic, 3, len(logs[topic]))
        assert run.read[topic] < SHARE + 3
    assert not run.group.ready
