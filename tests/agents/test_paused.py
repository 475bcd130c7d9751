"""Too many dead letters of one topic pause it alone, where that permits nothing."""

from __future__ import annotations

from typing import Any

import pytest

from streams.agents import half_built, subjects
from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.operate.resume_topic import go_on
from streams.transport.fetch.poll_batch import Discontinuity, OffsetSpan, PollBatch
from streams.wire.progress import Paused
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share
from tests.transport.records import One

HOUR = 3_600_000


def bad(world: World, count: int, topic: str = NAMES.data_share) -> list[One]:
    return [world.record(None, topic, key=b"k", value=b"?") for _ in range(count)]


def good(world: World, count: int, person: str = "p") -> list[One]:
    events = [share(person, f"{person}-{n}", Instant(START + n * HOUR)) for n in range(count)]
    return world.story(*events)


def test_a_topic_of_dead_letters_is_paused_and_others_go_on() -> None:
    world = World()
    records = bad(world, 12)
    other = world.record(None, NAMES.marketing_message, key=b"k", value=b"?")
    world.take(*records, other)
    # The tenth is the first that is counted in a full window, and is left.
    paused = world.progress.paused[NAMES.data_share]
    assert (paused.offset, paused.read, paused.dead) == (records[9].offset, 10, 10)
    assert world.count().dead_lettered == world.count().read == 9
    assert world.count().balanced
    assert world.progress.positions[NAMES.data_share] == records[8].offset + 1
    assert len(world.outputs(NAMES.dead_letters)) == 10
    assert world.count(NAMES.marketing_message).dead_lettered == 1
    assert world.progress.positions[NAMES.marketing_message] > other.offset
    assert [topic for batch in world.judged for topic, _ in batch.paused] == [NAMES.data_share]


def test_what_was_under_way_of_it_is_passed_over_and_judged_by_a_later_owner() -> None:
    world = World()
    flood, late = bad(world, 10), good(world, 3)
    world.take(*flood)
    before = dict(world.progress.positions)
    world.take(*late)
    assert world.count().judged == 0
    assert world.progress.positions[NAMES.data_share] == before[NAMES.data_share]
    world.restart()
    assert NAMES.data_share in world.progress.paused
    world.take(*late)
    assert world.count().judged == 0
    changed, paused = go_on(world.progress, NAMES.data_share)
    assert changed
    assert paused is not None
    assert paused.offset == flood[9].offset
    assert go_on(world.progress, NAMES.data_share) == (False, None)
    world.take(flood[9], *late)
    assert world.count().judged == 3
    assert world.count().dead_lettered == 10
    assert world.count().balanced


def test_a_restart_does_not_drain_it_a_window_at_a_time() -> None:
    world = World()
    world.take(*bad(world, 6))
    world.restart()
    world.take(*bad(world, 6))
    assert world.count().dead_lettered == 9
    world.restart()
    world.take(*bad(world, 50))
    assert world.count().dead_lettered == 9


def test_good_records_of_the_topic_keep_it_going() -> None:
    world = World()
    world.take(*[one for pair in zip(good(world, 8), bad(world, 8), strict=True) for one in pair])
    assert not world.progress.paused
    assert (world.count().judged, world.count().dead_lettered) == (8, 8)


@pytest.mark.parametrize("topic", [NAMES.consent_change, NAMES.purchase])
def test_where_verdicts_rest_on_it_the_worker_stops(topic: str) -> None:
    world = World()
    with pytest.raises(ConsentryError, match=f"of {topic}, partition 0, could not be judged"):
        world.take(*bad(world, 10, topic))
    assert not world.progress.paused


def test_each_topic_has_a_window_of_its_own() -> None:
    world = World()
    world.take(*bad(world, 9), *bad(world, 9, NAMES.consent_change))
    assert not world.progress.paused
    assert world.progress.windows[NAMES.consent_change].read == 9


def span(start: int, end: int) -> OffsetSpan:
    return OffsetSpan(start, end)


def batch(**spans: OffsetSpan) -> PollBatch:
    named: dict[str, Any] = {"share": NAMES.data_share, "sale": NAMES.purchase}
    return PollBatch(0, 1, {named[name]: one for name, one in spans.items()}, ())


def test_continuity_is_checked_of_all_topics_but_the_paused_one() -> None:
    world = World()
    world.progress.positions = {NAMES.data_share: 5, NAMES.purchase: 5}
    with pytest.raises(Discontinuity):
        world.partition.enter(batch(share=span(9, 12), sale=span(5, 6)))
    world.progress.paused[NAMES.data_share] = Paused(5, 10, 10, Instant(START))
    world.partition.enter(batch(share=span(9, 12), sale=span(5, 6)))
    with pytest.raises(Discontinuity):
        world.partition.enter(batch(sale=span(6, 7)))


def test_where_it_is_paused_does_not_depend_on_the_poll_batches() -> None:
    whole, pieces = World(), World()
    whole.take(*bad(whole, 6), *good(whole, 2), *bad(whole, 12))
    for one in [*bad(pieces, 6), *good(pieces, 2), *bad(pieces, 12)]:
        pieces.take(one)
    assert whole.progress.paused == pieces.progress.paused
    assert whole.progress.paused[NAMES.data_share].read == 10
    assert whole.count() == pieces.count()
    before = len(whole.outputs(NAMES.dead_letters)), len(whole.findings())
    assert (len(pieces.outputs(NAMES.dead_letters)), len(pieces.findings())) == before


def test_a_record_that_waits_until_its_person_is_built_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a few persons of very many rows hide dead letters among records that came once."""
    for module in (subjects, half_built):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 3)
    world = World()
    world.take(*good(world, 9))
    world.restart()
    batches = world.take(*world.story(share("p", "late", START)))
    assert len(batches) > 5
    assert world.progress.windows[NAMES.data_share].read == world.count().read == 10
