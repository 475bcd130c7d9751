"""Taking over: the order of its steps, and what is kept, restored or refused."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiokafka.errors import ProducerFenced
from aiokafka.structs import TopicPartition

from streams.core.policy import default_policy
from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.commit.output_batch import Bounds
from streams.transport.state.changelog_restore import restore
from streams.transport.tasks import settling
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.preconditions import PolicyPast
from streams.transport.tasks.task_initializer import TaskInitializer
from streams.transport.tasks.task_plan import TaskClients, TaskPlan
from streams.wire.progress import (
    PROGRESS_KEY,
    Progress,
    StateOwner,
    decode_progress,
    encode_progress,
)
from tests.transport.records import One
from tests.transport.test_transactions import Ended, Producer, exits

__all__ = ["exits"]

TOPICS = ("in", "ticks")


@dataclass
class Cluster:
    """What a broker would hold, and what was asked of it in which order."""

    committed: dict[str, int] = field(default_factory=dict)
    log: list[One] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 1000))
    counts: dict[str, int] = field(default_factory=lambda: {"in": 1, "ticks": 1, "log": 1})
    steps: list[str] = field(default_factory=list)
    producers: list[Any] = field(default_factory=list)
    declared: frozenset[int] = frozenset()
    blocks: asyncio.Event | None = None
    overtaken: bool = False
    owner: StateOwner | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def producer(self, _number: int) -> Any:
        self.producers.append(Started(self))
        return self.producers[-1]

    async def asked(self, _partition: int) -> dict[str, int]:
        self.steps.append("committed")
        return dict(self.committed)

    async def asked_ids(self) -> dict[str, str]:
        return self.ids

    def take_over(self, *, accept: bool = False) -> TaskInitializer:
        class View:
            committed = staticmethod(self.asked)

            @staticmethod
            async def declared_counts(count: int) -> frozenset[int]:
                assert count == self.counts["in"]
                return self.declared

            @staticmethod
            async def counts() -> dict[str, int]:
                return {topic: self.counts[topic] for topic in TOPICS}

        plan = TaskPlan(
            group_id="group",
            topics=TOPICS,
            counted=(*TOPICS, "log"),
            changelog="log",
            bounds=Bounds(10, 10_000, 1.0),
            past=PolicyPast(default_policy()),
            accept_lost_input=accept,
            passing=frozenset({"ticks"}),
            owner=self.owner,
        )
        clients = TaskClients(
            group=View(),
            new_producer=self.producer,
            new_reader=lambda: Reader(self),
            topic_ids=self.asked_ids,
        )
        return TaskInitializer(plan, clients)

    def take(self, *, accept: bool = False) -> PartitionTask:
        async def run() -> PartitionTask:
            owned = await self.take_over(accept=accept).take([0], {})
            await owned[0].committer.close()
            return owned[0]

        return asyncio.run(run())


class Started(Producer):
    """A transactional producer, which fences when it starts and may be fenced later."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster

    async def send_offsets_to_transaction(self, offsets: Any, group_id: str) -> None:
        if self._cluster.overtaken:
            raise ProducerFenced
        await super().send_offsets_to_transaction(offsets, group_id)

    async def abort_transaction(self) -> None:
        assert self.open is not None
        assert len(self.open) == 1, "nothing but offsets is ever taken back"
        self.open = None

    async def start(self) -> None:
        self._cluster.steps.append("fence")

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(self._cluster.counts[topic]))


class Reader:
    """A consumer of a log that ends with a marker, which is no record."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client = self
        self._at = 0

    async def set_topics(self, topics: tuple[str, ...]) -> None:
        assert topics == (*TOPICS, "log")

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        self._cluster.steps.append("reader stopped")

    def assign(self, places: Any) -> None:
        assert places == [TopicPartition("log", 0)]

    def seek(self, _place: Any, offset: int) -> None:
        self._at = offset

    def pause(self, _place: Any) -> None:
        """Nothing is fetched ahead."""

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        return {place: self._cluster.starts.get(place.topic, 0) for place in places}

    async def end_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        if places != [TopicPartition("log", 0)]:
            return {place: self._cluster.ends[place.topic] for place in places}
        self._cluster.steps.append("end of changelog")
        return dict.fromkeys(places, 2 * len(self._cluster.log))

    async def getmany(self, *places: Any, timeout_ms: int) -> dict[Any, list[One]]:
        assert timeout_ms > 0
        if self._cluster.blocks is not None:
            self._cluster.blocks.set()
            await asyncio.Event().wait()
        found = self._cluster.log[self._at : self._at + 1]
        self._at += 1
        return dict.fromkeys(places, found)

    async def position(self, _place: Any) -> int:
        return 2 * self._at


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "SETTLING_S", 0.3)


def stored(*, partitions: int = 1, **positions: int) -> list[One]:
    """A changelog with an older progress row and the one with these positions."""
    rows = [
        Progress(positions={"in": 0, "ticks": 0}),
        Progress(positions=positions, partitions=partitions),
    ]
    return [
        One("log", 0, 2 * n, 0, PROGRESS_KEY, encode_progress(row)) for n, row in enumerate(rows)
    ]


def of(owner: StateOwner, **ids: str) -> list[One]:
    """The same, of an installation, and of topics with these ids."""
    *before, last = stored(**AT)
    row = decode_progress(last.value or b"")
    row.owner, row.topic_ids = owner, ids
    return [*before, One("log", 0, last.offset, 0, PROGRESS_KEY, encode_progress(row))]


def test_the_predecessor_is_fenced_before_anything_is_read() -> None:
    cluster = Cluster(committed={"in": 5, "ticks": 2}, log=stored(**{"in": 5, "ticks": 2}))
    owned = cluster.take()
    assert cluster.steps == ["fence", "committed", "end of changelog", "reader stopped"]
    assert owned.progress.positions == {"in": 5, "ticks": 2}
    assert cluster.producers[0].committed == []


MINE = StateOwner("shop", "acc.", 1, {"data_share": "in", "ticks": "ticks", "violations": "out"})
AT = {"in": 5, "ticks": 2}


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (msgspec.structs.replace(MINE, topic_prefix="prod."), ("prefix prod.", "prefix acc.")),
        (msgspec.structs.replace(MINE, application_id="a"), ("id a,", "id shop,")),
        (msgspec.structs.replace(MINE, generation=2), ("generation 2", "generation 1")),
        (
            msgspec.structs.replace(MINE, topics=MINE.topics | {"violations": "elsewhere"}),
            ("elsewhere there, out here",),
        ),
    ],
    ids=["another prefix", "another id", "another generation", "another output"],
)
def test_foreign_state_is_refused_before_anybody_is_fenced(
    theirs: StateOwner, words: tuple[str, ...]
) -> None:
    cluster = Cluster(committed=AT, log=of(theirs), owner=MINE)
    with pytest.raises(ConsentryError, match="belongs to another installation") as refused:
        cluster.take()
    assert all(word in refused.value.problem for word in ("log, partition 0", *words))
    assert "application_id" in refused.value.remedy
    assert "fence" not in cluster.steps
    assert cluster.producers == []


def test_state_of_before_owners_were_named_is_known_by_its_topics() -> None:
    cluster = Cluster(committed={}, log=stored(**{"prod.in": 5, "prod.ticks": 2}), owner=MINE)
    with pytest.raises(ConsentryError, match=r"reads prod\.in, prod\.ticks"):
        cluster.take()
    assert "fence" not in cluster.steps


def test_state_of_before_owners_were_named_is_adopted() -> None:
    cluster = Cluster(committed=AT, log=stored(**AT), owner=MINE, ids={"in": "one"})
    owned = cluster.take()
    assert (owned.progress.owner, owned.progress.topic_ids) == (MINE, {"in": "one"})


def test_new_state_says_whose_it_is_of_which_topics_and_from_where_on() -> None:
    cluster = Cluster(starts={"in": 3, "ticks": 0}, owner=MINE, ids={"in": "one"})
    cluster.take()
    [[(_, _, [(_, row)]), _]] = cluster.producers[0].committed
    progress = decode_progress(row)
    assert (progress.owner, progress.topic_ids) == (MINE, {"in": "one"})
    assert progress.begins == {"in": 3, "ticks": 0}
    declared = "partitions=1;application_id=shop;topic_prefix=acc.;generation=1"
    assert cluster.producers[0].metadata == {declared}


def test_a_role_that_a_later_release_brings_is_taken_on() -> None:
    before = msgspec.structs.replace(MINE, topics={"data_share": "in"})
    cluster = Cluster(committed=AT, log=of(before), owner=MINE)
    assert cluster.take().progress.owner == MINE


def test_a_topic_that_was_created_again_while_nobody_ran() -> None:
    log = of(MINE, **{"in": "one"})
    cluster = Cluster(committed=AT, log=log, owner=MINE, ids={"in": "two"})
    with pytest.raises(ConsentryError, match="in was deleted and created again") as refused:
        cluster.take()
    assert "accept_lost_input" in refused.value.remedy
    assert cluster.take(accept=True).progress.topic_ids == {"in": "two"}
    unknown = Cluster(committed=AT, log=log, owner=MINE)
    assert unknown.take().progress.topic_ids == {"in": "one"}


def test_the_owner_is_found_however_far_before_the_end_the_row_stands() -> None:
    foreign = msgspec.structs.replace(MINE, topic_prefix="prod.")
    log = of(foreign) + [One("log", 0, 0, 0, b"k\x00r", b"x")] * 3000
    cluster = Cluster(committed=AT, log=log, owner=MINE)
    with pytest.raises(ConsentryError, match="belongs to another installation"):
        cluster.take()


def test_a_new_group_commits_where_its_inputs_begin() -> None:
    cluster = Cluster(starts={"in": 3, "ticks": 0})
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


def test_rows_without_a_progress_row_are_refused() -> None:
    key = b"SHOP\x1fann\x00E" + b"1" * 33
    with pytest.raises(ConsentryError, match="no progress row"):
        Cluster(log=[One("log", 0, 0, 0, key, b"x")]).take()


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
    assert "generation" in refused.value.remedy
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
