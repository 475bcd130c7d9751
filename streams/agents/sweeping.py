"""When sweeps have their turn: between records, for a share of the time, over all partitions.

Judging new records goes first. While none come, a sweep takes all the time there is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from streams.agents.partition_judge import PartitionJudge
from streams.app import ConsentryApp
from streams.measures.core_share import CoreShare
from streams.measures.worker_stats import WorkerStats
from streams.transport import process_exit
from streams.transport.state.changelog_restore import unreadable_row
from streams.wire.rows import CorruptRow

if TYPE_CHECKING:
    from streams.transport.faust_driver import Consumer
    from streams.transport.tasks.partition_task import PartitionTask

STEP_S: Final = 0.001
"""How long a step may have the loop: each round trip of a transaction waits for one or two."""

QUIET_STEP_S: Final = 0.02
"""The same while none come: the next step of a partition waits for the commit of this one."""

UNDER_WAY: Final = 4
"""Steps of a partition that may wait for their commit while records come: they go with findings of
these. Judging may wait until all is committed, so they are few."""

LEAST_PART: Final = 0.25
"""Of its share a sweep keeps so much, however many persons are swept since records of them came."""

HARD_PRESSED: Final = 4.0
"""By how much its share shrinks where the process has little of its core left. Each round trip of a
transaction waits its turn behind all that runs, so there a sweep costs new findings the most."""

STORE_PLACE_S: Final = 1.0
"""How often the place is written although nothing was published: so much is walked again."""

QUIET_S: Final = 0.5
"""Without a record for so long, a sweep need not leave time to judging."""

_WAIT_S: Final = 0.05


class Sweeping:
    """Gives the sweeps of the partitions that a worker owns their turns."""

    def __init__(
        self,
        app: ConsentryApp,
        sweeping: Callable[[], Sequence[PartitionJudge]],
        stats: WorkerStats,
    ) -> None:
        """`sweeping` are the judges of partitions of which subjects are left to be swept."""
        self._app = app
        self._sweeping = sweeping
        self._stats = stats
        self._task: asyncio.Task[None] | None = None
        self._stored_at: dict[int, float] = {}
        self._under_way: dict[int, tuple[PartitionTask, int]] = {}
        """How many steps of a partition are not committed yet."""
        self._core = CoreShare()
        self._early: dict[int, tuple[PartitionJudge, int]] = {}
        """How many events each judge had judged again for records, when it was last asked."""
        self._each_s = 0.0
        """What an event took to be judged again in the latest step."""

    def begin(self) -> None:
        """Go on until no partition has a sweep left; nothing where that is so now."""
        if self._sweeping() and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="sweeps")

    async def _run(self) -> None:
        try:
            while not self._app.should_stop and (judges := self._sweeping()):
                swept = False
                for judge in judges:
                    if spent := self._step(judge):
                        swept = True
                        await asyncio.sleep(self._rest(spent))
                if not swept:
                    await asyncio.sleep(_WAIT_S)
        except Exception as error:  # noqa: BLE001 - its text may quote a row
            process_exit.crash("a sweep failed", error=type(error).__name__)

    def _rest(self, spent: float) -> float:
        """How long others have the loop after a step, so that sweeps keep to their share.

        To sweep a person of whom a record came is a part of the sweep, and of its share. The less
        of its core the process has left, the smaller that is.
        """
        now = time.monotonic()
        strain = self._core.strain(now)
        if self._quiet(now):
            return 0.0
        taken = min(spent + self._each_s * self._judged_early(), spent / LEAST_PART)
        slower = 1 + (HARD_PRESSED - 1) * strain
        return taken * (slower / self._app.settings.sweep_share - 1)

    def _quiet(self, now: float) -> bool:
        """Whether no records of inputs have come for a while."""
        return now - self._stats.judged_at >= QUIET_S

    def _judged_early(self) -> int:
        """How many events were judged again since records waited, since this was last asked."""
        before, self._early = self._early, {}
        found = 0
        for judge in self._sweeping():
            number, count = judge.partition.number, judge.sweeper.judged_early
            known, counted = before.get(number, (judge, 0))
            found += count - counted if known is judge else count
            self._early[number] = judge, count
        return found

    def _step(self, judge: PartitionJudge) -> float:
        """Sweep a little; the seconds that it took, 0 where it is not the partition's turn."""
        partition = judge.partition
        began = time.monotonic()
        quiet = self._quiet(began)
        waiting = self._waiting(partition)
        if waiting >= (1 if quiet else UNDER_WAY) or not self._may_judge(judge):
            return 0.0
        ends = began + (QUIET_STEP_S if quiet else STEP_S)
        judged = judge.sweeper.judged
        try:
            batch = judge.sweep(lambda: time.monotonic() > ends)
        except CorruptRow:
            process_exit.stop_for(
                unreadable_row(self._app.settings.topics.changelog, partition.number)
            )
        now = time.monotonic()
        output, number = batch.output, partition.number
        due = now - self._stored_at.get(number, 0.0) >= STORE_PLACE_S
        if output.outputs or due or not judge.sweeper.on:
            self._under_way[number] = partition, waiting + 1
            output.done = partial(self._committed, partition)
            output.patient = not quiet
            partition.hand_over(output)
            self._stored_at[number] = now
        self._stats.add(batch.stats)
        if count := judge.sweeper.judged - judged:
            self._each_s = (now - began) / count
        return now - began

    def _waiting(self, partition: PartitionTask) -> int:
        """How many of its steps are not committed yet; of an earlier owner's none count."""
        owner, count = self._under_way.get(partition.number, (partition, 0))
        return count if owner is partition else 0

    def _committed(self, partition: PartitionTask) -> None:
        if count := self._waiting(partition):
            self._under_way[partition.number] = partition, count - 1

    def _may_judge(self, judge: PartitionJudge) -> bool:
        """Whether it still judges the partition, and what is written of that may be committed."""
        progress = judge.partition.progress
        # A person who leaves, or is erased, in pieces must not be judged by what is left.
        if judge not in self._sweeping() or progress.leaving or progress.command is not None:
            return False
        assignment = cast("Consumer", self._app.consumer).current_assignment
        if assignment is None or not assignment.open or self._app.should_stop:
            return False
        return assignment.partitions.get(judge.partition.number) is judge.partition
