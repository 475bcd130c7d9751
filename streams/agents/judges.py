"""The judges of the partition numbers that a worker owns: each goes with its partition."""

from __future__ import annotations

import asyncio

from streams.agents.output_encoder import OutputEncoder
from streams.agents.partition_judge import PartitionJudge
from streams.agents.subject_cache import SubjectCache
from streams.agents.sweeping import Sweeping
from streams.app import ConsentryApp
from streams.measures.subject_lookups import SubjectLookups
from streams.measures.worker_stats import WorkerStats
from streams.transport import process_exit
from streams.transport.clock import OwnClock
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.rows import CorruptRow


class Judges:
    """Makes a judge for a partition that has none, and drops it when the partition closes."""

    def __init__(self, app: ConsentryApp, clock: OwnClock, stats: WorkerStats) -> None:
        self._app = app
        self._sweeping = Sweeping(app, self._judges_sweeping, stats)
        self._clock = clock
        self.lookups = SubjectLookups()
        """How subjects were found since this process started."""
        self._judges: dict[int, PartitionJudge] = {}
        self._owned = 0
        """Among how many partition numbers the bounds of the worker are shared."""
        self._indexing: set[asyncio.Task[None]] = set()

    def of(self, partition: PartitionTask, owned: int) -> PartitionJudge:
        """The judge of a partition; a new one shares the bounds of a worker with `owned`."""
        number = partition.number
        if owned != self._owned:
            self._share(owned)
        before = None
        if partition.basis is not self._app.basis:
            partition.adopt(self._app.basis)
            before = self._judges.pop(number, None)
        judge = self._judges.get(number)
        if judge is None or judge.partition is not partition:
            judge = self._judges[number] = self._new_judge(partition, owned)
            if before is not None:
                judge.subjects.follow(before.subjects)
            partition.on_close = lambda: self._judges.pop(number, None)
            task = asyncio.create_task(self._index(judge))
            self._indexing.add(task)
            task.add_done_callback(self._indexing.discard)
            self._sweeping.begin()
        return judge

    def _share(self, owned: int) -> None:
        """Numbers that were kept over a rebalance have another share than before."""
        self._owned = owned
        settings = self._app.settings
        for cache in self.caches():
            cache.bound(settings.live_subjects // owned, settings.live_subjects_max_bytes // owned)

    def _new_judge(self, partition: PartitionTask, owned: int) -> PartitionJudge:
        app = self._app
        encoder = OutputEncoder.of(app.settings, app.schema_ids)
        judge = PartitionJudge(
            partition,
            app.settings,
            partition.basis.policy,
            owned,
            self._clock,
            app.registry,
            encoder,
        )
        judge.subjects.lookups = self.lookups
        return judge

    def _judges_sweeping(self) -> list[PartitionJudge]:
        return [judge for judge in self._judges.values() if judge.sweeper.on]

    def caches(self) -> list[SubjectCache]:
        """The subjects that are kept ready, a cache for each partition number."""
        return [judge.subjects.live for judge in self._judges.values()]

    async def _index(self, judge: PartitionJudge) -> None:
        """Find the deadlines of restored subjects between poll batches."""
        try:
            for _ in judge.subjects.index():
                await asyncio.sleep(0)
        except CorruptRow:
            changelog, number = self._app.settings.topics.changelog, judge.partition.number
            process_exit.stop_for(unreadable_row(changelog, number))
        except Exception as error:  # noqa: BLE001 - its text may quote a row
            process_exit.crash("indexing failed", error=type(error).__name__)
