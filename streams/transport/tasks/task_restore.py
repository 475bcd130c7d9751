"""One run of taking partition numbers over, in the one order that is safe (invariant 1).

Before anything else the state is asked whose it is (docs/adr/0041). Then the transactional
producer is started: the broker aborts what a predecessor left open and fences it, so that
neither the offsets nor the changelog can move any more. Then the group's committed offsets
are read, then the changelog is restored to its end, then both are compared. Only then is
anything judged, from the committed offsets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from streams.errors import ConsentryError
from streams.measures.transport_stats import TransportStats
from streams.transport.clock import OwnClock
from streams.transport.commit.partition_count import unchanged
from streams.transport.commit.transactions import Committer
from streams.transport.fetch.log_range import LogRange
from streams.transport.state.changelog_restore import Restored, read_to_end, restore
from streams.transport.state.row_store import RowStore
from streams.transport.state.stores import Stores
from streams.transport.tasks import preconditions
from streams.transport.tasks.fencing import require_owned
from streams.transport.tasks.in_parallel import in_parallel
from streams.transport.tasks.missing_history import missing_history, require_accepted
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.settling import settled_logs, settled_offsets
from streams.transport.tasks.state_owner import latest_progress, require_own_state
from streams.transport.tasks.task_opening import FoundState, open_task
from streams.transport.tasks.task_plan import TaskClients, TaskPlan

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer


class TaskRestore:
    """Takes partition numbers over once; what it started is closed again when it fails."""

    def __init__(
        self,
        plan: TaskPlan,
        clients: TaskClients,
        numbers: Sequence[int],
        *,
        stores: Stores,
        stats: TransportStats,
        clock: OwnClock | None,
    ) -> None:
        self._plan = plan
        self._clients = clients
        self._numbers = numbers
        self._stores = stores
        self._stats = stats
        self._clock = clock
        self._reader = clients.new_reader()
        self._producers: dict[int, AIOKafkaProducer] = {}
        self._committers: dict[int, Committer] = {}
        self._rows: dict[int, RowStore] = {}
        self.read = 0
        """How many records of the changelog were read."""

    async def tasks(self) -> dict[int, PartitionTask]:
        """The tasks, each ready to judge. Raises ConsentryError when a check fails."""
        try:
            await self._reader.start()
            await self._ask_whose_state()
            topic_ids = await self._read_topic_ids()
            await self._fence()
            count = await self._read_count()
            committed = await self._read_offsets()
            logs = await settled_logs(self._reader, self._plan, committed)
            restored = await self._restore(count, committed)
            await self._require_history(committed, logs, restored)
            return {
                number: await self._open(
                    FoundState(
                        number, count, topic_ids, committed[number], logs[number], restored[number]
                    )
                )
                for number in self._numbers
            }
        except BaseException:
            await self._close()
            raise
        finally:
            await self._reader.stop()

    async def _ask_whose_state(self) -> None:
        """Before a producer is started, which fences the owner."""
        plan, owner = self._plan, self._plan.owner
        if owner is None:
            return
        # All at once, and once: aiokafka would ask for one unknown topic after another.
        await self._reader._client.set_topics((*plan.topics, plan.changelog))
        found = await latest_progress(self._reader, plan.changelog, self._numbers)
        for number, progress in found.items():
            require_own_state(progress, owner, plan.changelog, number)

    async def _read_topic_ids(self) -> Mapping[str, str]:
        """The ids of the topics, as far as the broker states them."""
        ask = self._clients.topic_ids
        return {} if ask is None else await ask()

    async def _fence(self) -> None:
        """Start the transactional producers: no predecessor can write or commit after it."""
        new_producer = self._clients.new_producer
        self._producers.update((number, new_producer(number)) for number in self._numbers)
        await in_parallel(producer.start() for producer in self._producers.values())

    async def _read_count(self) -> int:
        """The partition count of all topics, the same as the group's offsets declare.

        Before the restore, which may be long, and whatever state there is: a number that is
        new to the group has none.
        """
        producer = self._producers[self._numbers[0]]
        count = preconditions.same_counts(
            {topic: len(await producer.partitions_for(topic)) for topic in self._plan.counted}
        )
        unchanged(count, await self._clients.group.declared_counts(count))
        return count

    async def _read_offsets(self) -> dict[int, dict[str, int]]:
        """The offsets that the group has, by partition number and topic."""
        group = self._clients.group
        return {number: await group.committed(number) for number in self._numbers}

    async def _restore(
        self, count: int, committed: Mapping[int, dict[str, int]]
    ) -> dict[int, Restored]:
        """Read the changelog to its end, from where the stores are."""
        self._rows = await self._stores.open(list(self._numbers), count)
        changelog = self._plan.changelog
        restored = await restore(self._reader, changelog, list(self._numbers), self._rows)
        for number in self._numbers:
            await self._restore_unfit(number, restored[number], committed[number])
        self.read = sum(one.read for one in restored.values())
        return restored

    async def _restore_unfit(
        self, number: int, restored: Restored, committed: dict[str, int]
    ) -> None:
        """Restore all of the changelog where what the store held does not go with the offsets.

        So it is the changelog that is found to be in order or not, never a copy of it.
        """
        if not restored.resumed:
            return
        changelog = self._plan.changelog
        progress = preconditions.stored_progress(restored, changelog, number)
        shown = await settled_offsets(self._clients.group, number, progress, committed)
        if progress is None or progress.differences(shown):
            restored.load_again("it does not go with the committed offsets")
            await read_to_end(self._reader, changelog, {number: restored})

    async def _require_history(
        self,
        committed: Mapping[int, Mapping[str, int]],
        logs: Mapping[int, Mapping[str, LogRange]],
        restored: Mapping[int, Restored],
    ) -> None:
        """Where there is no state, the inputs are all that is known: they must be whole."""
        first = {
            number: logs[number]
            for number in self._numbers
            if restored[number].progress is None and not committed[number]
        }
        plan = self._plan
        missing = await missing_history(self._reader, first, plan.without_history)
        if missing is not None:
            require_accepted(missing, accept=plan.accept_missing_history)

    async def _open(self, found: FoundState) -> PartitionTask:
        """Compare, and begin from the committed offsets."""
        plan, group, number = self._plan, self._clients.group, found.number
        committer = self._committers[number] = Committer(
            self._producers[number],
            partition=number,
            count=found.partitions,
            group_id=plan.group_id,
            changelog=plan.changelog,
            bounds=plan.bounds,
            committed=found.committed,
            work=self._stats,
            installation=plan.installation,
            pace=plan.pace,
            hold=plan.hold,
        )
        try:
            return await open_task(found, committer, plan, group, self._clock)
        except ConsentryError:
            # It may be looking at what an owner did that came after it.
            shown = await group.committed(number)
            await require_owned(self._producers[number], plan.group_id, number, shown)
            raise

    async def _close(self) -> None:
        """Close what was started.

        A committer first ends its transaction: a producer that is stopped under it would end
        the process over a mere rebalance.
        """
        await in_parallel(committer.close() for committer in self._committers.values())
        await in_parallel(
            producer.stop() for n, producer in self._producers.items() if n not in self._committers
        )
        for rows in self._rows.values():
            rows.close()
