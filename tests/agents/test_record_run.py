"""A run of ordinary records counts and writes what records that are taken one by one do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.agents.limit import DeadLetterLimit
from streams.agents.partition_judge import PartitionJudge
from streams.wire.progress import Progress, Window, decode_progress, encode_progress
from tests.agents.world import World
from tests.core.builders import buy, grant, message, share, withdraw
from tests.transport.records import One

TOPIC = "t"


def windows(progress: Progress) -> dict[str, tuple[int, int]]:
    return {topic: (one.read, one.dead) for topic, one in progress.windows.items()}


@given(
    st.integers(1, 9),
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), max_size=6),
)
def test_records_that_are_counted_together_move_the_window_as_one_by_one(
    records: int, read: int, dead: int, counts: list[tuple[int, int]]
) -> None:
    limit = DeadLetterLimit(1.0, records, ())
    together, singly = (Progress(positions={}, windows={TOPIC: Window(read, dead)}) for _ in "ab")
    for count, more_dead in counts:
        limit.read(together, TOPIC, count)
        for _ in range(count):
            limit.read(singly, TOPIC)
        for one in (together, singly):
            one.windows[TOPIC].dead += more_dead
        assert windows(together) == windows(singly)


def story(world: World) -> list[One]:
    """Ordinary events of several topics, a repeated one, bytes that are no event, and late ones."""
    events = [grant(0, id="g"), buy(1, id="p"), share(2, id="s1"), message(3, id="m")]
    events += [share(4 + n, id=f"t{n}") for n in range(20)]
    records = world.story(*events, events[2], withdraw(1.5, id="w"), share(30, id="last"))
    broken = records[7]
    records[7] = broken._replace(value=b"no event")
    return records


def none_in_a_run(patch: pytest.MonkeyPatch) -> None:
    def none(judge: Any, _records: Any, first: int, _batch: Any) -> bool:
        judge._run.next = first
        return False

    patch.setattr(PartitionJudge, "_ordinary", none)


def said(world: World, batches: list[Any]) -> Any:
    progress = world.progress
    outputs = [(one.outputs, one.bytes, one.positions) for one in batches]
    lookups = world.judge.subjects.lookups
    return outputs, decode_progress(encode_progress(progress)), (lookups.ready, lookups.rebuilt)


def test_a_run_counts_and_writes_what_records_one_by_one_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    in_a_run = said(world, world.take(*story(world)))
    none_in_a_run(monkeypatch)
    other = World()
    assert in_a_run == said(other, other.take(*story(other)))
