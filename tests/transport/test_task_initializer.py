"""Taking over: the order of its steps, and what is kept, restored or refused."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.state.changelog_restore import restore
from streams.transport.tasks import settling
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import (
    PROGRESS_KEY,
    decode_progress,
)
from tests.transport.cluster import Cluster, Reader, impatient, stored
from tests.transport.producers import Ended, exits
from tests.transport.records import One

__all__ = ["exits", "impatient"]


def test_the_predecessor_is_fenced_before_anything_is_read() -> None:
    cluster = Cluster(committed={"in": 5, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))
    owned = cluster.take()
    assert cluster.steps == ["fence", "committed", "end of changelog", "reader stopped"]
    assert owned.progress.positions == {"in": 5, "ticks": 2}
    assert cluster.producers[0].committed == []


def test_a_new_group_commits_where_its_inputs_begin() -> None:
    cluster = Cluster(starts={"in": 3, "ticks": 0}, accept_missing=True)
    owned = cluster.take()
    assert owned.progress.positions == {"in": 3, "ticks": 0}
    [[(_, _, [(_, row)]), offsets]] = cluster.producers[0].committed
    assert offsets == ("group", {"in": 3, "ticks": 0})
    assert decode_progress(row).positions == {"in": 3, "ticks": 0}


def test_a_topic_that_is_new_to_the_group_begins_at_its_start() -> None:
    cluster = Cluster(committed={"in": 5}, log=stored(**{"in": 5}))
    assert cluster.take().progress.positions == {"in": 5, "ticks": 0}


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.committed.update({"in": 6}),
        lambda c: c.committed.clear(),
        lambda c: c.log.clear(),
        lambda c: c.log.pop(),
        lambda c: c.log.append(One("log", 0, 9, 0, PROGRESS_KEY, b"\x09")),
        lambda c: c.log.append(One("log", 0, 9, 0, b"no row's key", b"x")),
        lambda c: c.starts.update({"in": 6}),
        lambda c: c.ends.update({"in": 4}),
        lambda c: c.counts.update({"ticks": 2}),
        lambda c: setattr(c, "declared", frozenset({2})),
        lambda c: c.log.extend(stored(partitions=2, **{"in": 5, "ticks": 2})),
    ],
)
def test_on_less_than_all_of_it_nothing_is_judged(change: Callable[[Cluster], None]) -> None:
    cluster = Cluster(committed={"in": 5, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))
    change(cluster)
    with pytest.raises(ConsentryError):
        cluster.take()
    assert cluster.producers[0].stopped
    assert cluster.producers[0].committed == []


def test_what_a_later_owner_did_is_no_mistake_of_the_state(exits: list[int]) -> None:
    """It looks the same as lost state, and only the broker knows; no operator is needed."""
    cluster = Cluster(committed={"in": 6, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))
    cluster.overtaken = True
    with pytest.raises(Ended):
        cluster.take()
    assert exits == [process_exit.CRASHED]


@pytest.mark.parametrize("before", [True, False])
def test_garbage_is_looked_for_again_after_a_restore_however_it_ends(before: bool) -> None:  # noqa: FBT001 - drawn
    seen = []

    class Looks(Reader):
        async def getmany(self, *places: Any, timeout_ms: int) -> dict[Any, list[One]]:
            seen.append(gc.isenabled())
            return await super().getmany(*places, timeout_ms=timeout_ms)

    async def run(log: list[One]) -> None:
        reader: Any = Looks(Cluster(log=log))
        await restore(reader, "log", [0])

    try:
        (gc.enable if before else gc.disable)()
        asyncio.run(run(stored(**{"in": 5, "ticks": 2})))
        assert gc.isenabled() is before
        with pytest.raises(ConsentryError):
            asyncio.run(run([One("log", 0, 9, 0, b"no row's key", b"x")]))
        assert gc.isenabled() is before
    finally:
        gc.enable()
    assert seen
    assert not any(seen)


def test_offsets_that_settle_late_are_waited_for() -> None:
    cluster = Cluster(committed={"in": 4, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))
    asked = cluster.asked

    async def settling(partition: int) -> dict[str, int]:
        found = await asked(partition)
        cluster.committed["in"] = 5
        return found

    cluster.asked = settling  # type: ignore[assignment,method-assign]  # in between
    assert cluster.take().progress.positions["in"] == 5


def test_an_accepted_gap_is_recorded_and_skipped() -> None:
    cluster = Cluster(
        committed={"in": 5, "ticks": 2},
        log=stored(**{"in": 5, "ticks": 2}),
        starts={"in": 8, "ticks": 0},
    )
    owned = cluster.take(accept=True)
    assert owned.progress.positions == {"in": 8, "ticks": 2}
    assert [(gap.topic, gap.start, gap.end) for gap in owned.progress.gaps] == [("in", 5, 8)]


def test_ticks_that_were_deleted_during_a_long_stop_are_no_loss() -> None:
    cluster = Cluster(
        committed={"in": 5, "ticks": 2},
        log=stored(**{"in": 5, "ticks": 2}),
        starts={"in": 0, "ticks": 90},
    )
    owned = cluster.take()
    assert owned.progress.positions == {"in": 5, "ticks": 90}
    assert owned.progress.gaps == ()
    [[_, offsets]] = cluster.producers[0].committed
    assert offsets == ("group", {"ticks": 90}), "the committed offset follows"


def test_ticks_that_begin_again_are_read_from_their_start() -> None:
    cluster = Cluster(
        committed={"in": 5, "ticks": 2},
        log=stored(**{"in": 5, "ticks": 2}),
        ends={"in": 5, "ticks": 1},
    )
    assert cluster.take().progress.positions == {"in": 5, "ticks": 0}


def test_a_leader_that_does_not_know_its_end_yet_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "SETTLING_S", 5.0)
    cluster = Cluster(
        committed={"in": 5, "ticks": 2},
        log=stored(**{"in": 5, "ticks": 2}),
        ends={"in": 4, "ticks": 2},
    )
    ends = [{"in": 5, "ticks": 2}, {"in": 4, "ticks": 2}]

    async def run() -> PartitionTask:
        async def learn() -> None:
            while ends:
                cluster.ends = ends.pop()
                await asyncio.sleep(0.3)

        learning = asyncio.create_task(learn())
        owned = await cluster.take_over().take([0], {})
        await owned[0].committer.close()
        await learning
        return owned[0]

    assert asyncio.run(run()).progress.positions == {"in": 5, "ticks": 2}


def test_a_kept_partition_is_restored_only_when_somebody_else_judged_it() -> None:
    cluster = Cluster(committed={"in": 5, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))

    async def run() -> None:
        first = await cluster.take_over().take([0], {})
        again = await cluster.take_over().take([0], dict(first))
        assert again[0] is first[0]
        assert len(cluster.producers) == 1
        cluster.committed["in"] = 7
        cluster.log.extend(stored(**{"in": 7, "ticks": 2})[1:])
        kept = dict(first)
        third = await cluster.take_over().take([0], kept)
        assert third[0] is not first[0]
        assert third[0].progress.positions["in"] == 7
        assert cluster.producers[0].stopped
        assert kept == {}
        await third[0].committer.close()

    asyncio.run(run())


def test_partitions_that_were_added_are_refused_whatever_is_owned() -> None:
    fresh = Cluster(declared=frozenset({1}))
    assert fresh.take().committer.committed == {"in": 0, "ticks": 0}
    grown = Cluster(declared=frozenset({1}))
    grown.counts = dict.fromkeys(grown.counts, 2)
    with pytest.raises(ConsentryError, match=r"have 2 partitions.* made for 1") as refused:
        grown.take()
    assert "partitions grow --to" in refused.value.remedy
    assert grown.steps == ["fence", "reader stopped"]

    async def run() -> None:
        kept = await fresh.take_over().take([0], {})
        fresh.counts = dict.fromkeys(fresh.counts, 2)
        with pytest.raises(ConsentryError, match="have 2 partitions"):
            await fresh.take_over().take([0], kept)
        await kept[0].committer.close()

    fresh.committed = {}
    asyncio.run(run())


def test_a_rebalance_in_the_middle_leaves_no_producer_behind() -> None:
    cluster = Cluster(committed={"in": 5, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))

    async def run() -> None:
        cluster.blocks = asyncio.Event()
        taking = asyncio.create_task(cluster.take_over().take([0], {}))
        await cluster.blocks.wait()
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking

    asyncio.run(run())
    assert cluster.producers[0].stopped
    assert cluster.steps[-1] == "reader stopped"
