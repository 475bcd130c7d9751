"""Live subjects are bounded in number and in bytes, by an estimate that is near the truth."""

from __future__ import annotations

import gc
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from bench.core_alone import judge_all, new_judge, records_of
from bench.stream import make
from streams.agents.subject_cache import (
    BYTES_A_WRITTEN_BYTE,
    CHANCES,
    EVENT_BYTES,
    SUBJECT_BYTES,
    SubjectCache,
)
from streams.agents.subjects import build
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.subject import Subject
from streams.settings import Settings
from tests.agents.world import World
from tests.kafka.stories import stories

ROWS = [bytes(1_000)] * 2


def key(number: int) -> SubjectKey:
    return subject_key("SHOP", f"s{number}")


def kept(live: SubjectCache, number: int, rows: Iterable[bytes] = ROWS) -> Subject:
    """A subject with as many events as rows."""
    subject = live.get(key(number)) or Subject(*("SHOP", f"s{number}"))  # type: ignore[arg-type]
    for at, _ in enumerate(rows, len(subject.refusals)):
        # Only counted.
        subject.refusals = {**subject.refusals, f"e{at}": None}  # type: ignore[dict-item]
    live.keep(key(number), subject, rows)
    return subject


def test_the_last_used_are_kept_within_a_number() -> None:
    live = SubjectCache(3, 10**9)
    for number in range(3):
        kept(live, number)
    assert live.get(key(0)) is not None
    kept(live, 3)
    assert [number for number in range(4) if key(number) in live] == [0, 2, 3]


def test_the_last_used_are_kept_within_bytes() -> None:
    live = SubjectCache(10**9, 22_000)
    for number in range(10):
        kept(live, number)
        assert live.bytes <= 22_000
    assert len(live) == 3
    kept(live, 20, [bytes(10_000)])
    assert key(20) in live
    assert live.bytes <= 22_000 or len(live) == 1


def test_where_all_were_used_one_goes_before_all_were_passed_over() -> None:
    live = SubjectCache(1_000, 10**9)
    for number in range(1_000):
        kept(live, number)
        live.touch(key(number))
    kept(live, 1_000)
    assert len(live) == 1_000
    assert [number for number in range(1_001) if key(number) not in live] == [CHANCES]
    assert [live.entry(key(number)).used for number in (CHANCES - 1, CHANCES + 1)] == [False, True]  # type: ignore[union-attr]


@given(st.lists(st.tuples(st.sampled_from("kkkttdb"), st.integers(0, 12)), max_size=60))
def test_turns_come_in_the_order_of_a_queue(steps: list[tuple[str, int]]) -> None:
    live = SubjectCache(5, 10**9)
    queue: OrderedDict[SubjectKey, bool] = OrderedDict()
    most = 5
    for step, number in steps:
        if step == "k":
            kept(live, number)
            if key(number) not in queue:
                queue[key(number)] = False
            else:
                queue[key(number)] = True
        elif step == "t":
            live.touch(key(number))
            if key(number) in queue:
                queue[key(number)] = True
        elif step == "d":
            live.drop(key(number))
            queue.pop(key(number), None)
        else:
            most = 3 + number % 4
            live.bound(most, 10**9)
        while len(queue) > most:
            first, used = queue.popitem(last=False)
            if used or (step == "k" and first == key(number)):
                queue[first] = False
        assert {key(one) for one in range(13) if key(one) in live} == set(queue)
        assert len(live) == len(queue)


def test_other_bounds_hold_from_when_they_are_set() -> None:
    live = SubjectCache(10, 10**9)
    for number in range(5):
        kept(live, number)
    live.bound(2, 10**9)
    assert [number for number in range(5) if key(number) in live] == [3, 4]
    assert live.bytes == sum(
        SUBJECT_BYTES + int(2 * (EVENT_BYTES + BYTES_A_WRITTEN_BYTE * 1_000)) for _ in range(2)
    )
    kept(live, 5)
    assert [number for number in range(6) if key(number) in live] == [4, 5]


def test_one_that_is_larger_than_the_bound_is_kept_alone() -> None:
    live = SubjectCache(10, 1_000)
    for _ in range(3):
        subject = kept(live, 1)
        assert live.get(key(1)) is subject
    kept(live, 2)
    assert len(live) == 1


def test_rows_that_replace_others_do_not_add_up() -> None:
    live = SubjectCache(10, 10**9)
    subject = kept(live, 1)
    before = live.bytes
    for _ in range(100):
        live.keep(key(1), subject, ROWS)
    assert live.bytes == before
    live.drop(key(1))
    live.drop(key(1))
    assert (live.bytes, len(live)) == (0, 0)


def test_the_estimate_is_near_what_python_takes() -> None:
    world = World()
    world.take(*world.story(*stories(300)))
    keys = [subject for _, subject in world.rows.walk()]
    stored = {key: dict(world.rows.rows_of(key)) for key in keys}
    live = SubjectCache(10**9, 10**9)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for one, rows in stored.items():
            live.keep(one, build(one, rows), rows.values(), built=True)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.6 < live.bytes / taken < 1.7, f"estimated {live.bytes}, took {taken}"


EVENTS_A_PERSON, PEOPLE, PEOPLE_OF_THE_BENCH = 10, 300, 60_000


def judged(max_bytes: int) -> tuple[int, int]:
    """How often people of the bench's stream were ready, and how often they were rebuilt."""
    judge = new_judge()
    judge.subjects.live = SubjectCache(10**9, max_bytes)
    judge_all(judge, records_of(make(EVENTS_A_PERSON * PEOPLE, PEOPLE)))
    found = judge.subjects.lookups
    return found.ready, found.rebuilt


def test_all_people_of_the_bench_stay_ready_within_the_default() -> None:
    """As docs/performance.md says; the same share of the bound for a part of them."""
    bound = Settings().live_subjects_max_bytes * PEOPLE // PEOPLE_OF_THE_BENCH
    assert judged(bound) == (PEOPLE * (EVENTS_A_PERSON - 1), 0)


def test_people_who_are_rebuilt_are_counted() -> None:
    ready, rebuilt = judged(1_000_000)
    assert rebuilt > ready
    assert ready + rebuilt == PEOPLE * (EVENTS_A_PERSON - 1)


def test_the_estimate_is_near_what_python_takes_of_people_who_stay() -> None:
    records = records_of(make(EVENTS_A_PERSON * PEOPLE, PEOPLE))
    judge = new_judge()
    live = judge.subjects.live
    live.bound(10**9, 10**12)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        judge_all(judge, records)
        gc.collect()
        # Of people who are live nothing else is in memory.
        kept_ready = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    estimated = live.bytes / kept_ready
    assert 0.85 < estimated < 1.35, f"estimated {live.bytes}, took {kept_ready}"
